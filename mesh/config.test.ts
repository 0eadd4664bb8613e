import { describe, expect, test } from 'vitest';
import { ConfigurationError, readConfig } from './config.ts';

const messageOf = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env, '/studio');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('the configuration', () => {
  test('of an empty environment is what the contract says', () => {
    expect(readConfig({}, '/studio')).toEqual({
      home: '/studio/.devstudio',
      modelsDir: '/studio/.devstudio/models',
      modelMemory: { share: 0.75 },
      modelIdleMinutes: 30,
      terminalIdleMinutes: 15,
      executionDays: 30,
      requestLogDays: 30,
      modelsOnDemand: true,
      hub: { endpoint: 'https://huggingface.co', token: undefined },
      host: '127.0.0.1',
      publicUrl: 'http://127.0.0.1:6813',
      mail: undefined,
      logLevel: 'info',
      mode: 'development',
      documents: undefined,
      maxCost: 10_000,
      corsOrigins: [],
      ports: { gateway: 6813, users: 6971, models: 6988, sandbox: 6842, agents: 6857, postgres: 6472 },
      urls: {
        users: 'http://127.0.0.1:6971',
        models: 'http://127.0.0.1:6988',
        sandbox: 'http://127.0.0.1:6842',
        agents: 'http://127.0.0.1:6857',
      },
      databaseUrl: undefined,
      secret: undefined,
      admin: { email: undefined, password: undefined },
      oidc: undefined,
    });
  });

  test('knows an identity provider by its issuer and client id, and calls it by its host', () => {
    const env = { OIDC_ISSUER: 'https://id.example.org/realms/a/', OIDC_CLIENT_ID: 'studio' };
    expect(readConfig(env, '/studio').oidc).toEqual({
      issuer: 'https://id.example.org/realms/a/',
      clientId: 'studio',
      clientSecret: undefined,
      name: 'id.example.org',
      createAccounts: false,
      defaultRole: 'VIEWER',
    });
    expect(readConfig({ ...env, OIDC_ISSUER: 'http://127.0.0.1:9000' }, '/studio').oidc?.issuer).toBe(
      'http://127.0.0.1:9000',
    );
    expect(messageOf({ ...env, OIDC_ISSUER: 'http://id.example.org' })).toContain('an http address of this machine');
    expect(messageOf({ OIDC_ISSUER: env.OIDC_ISSUER })).toContain('OIDC_CLIENT_ID is not: set both, or neither.');
    expect(messageOf({ ...env, OIDC_CLIENT_SECRET: 's\necret' })).not.toContain('ecret');
    expect(messageOf({ ...env, OIDC_DEFAULT_ROLE: 'ADMIN' })).toContain('DEVELOPER or VIEWER');
  });

  test('takes an empty value for one that is not set', () => {
    expect(readConfig({ GATEWAY_PORT: '', DATABASE_URL: '', DEVSTUDIO_HOME: '' }, '/studio')).toEqual(
      readConfig({}, '/studio'),
    );
  });

  test('makes paths absolute, and keeps models below home unless told otherwise', () => {
    expect(readConfig({ DEVSTUDIO_HOME: 'data' }, '/studio')).toMatchObject({
      home: '/studio/data',
      modelsDir: '/studio/data/models',
    });
    expect(readConfig({ DEVSTUDIO_HOME: '/var/lib/studio', DEVSTUDIO_MODELS_DIR: 'gguf' }, '/studio')).toMatchObject({
      home: '/var/lib/studio',
      modelsDir: '/studio/gguf',
    });
  });

  test.each([
    [{}, { share: 0.75 }],
    [{ DEVSTUDIO_MODEL_MEMORY: '100%' }, { share: 1 }],
    [{ DEVSTUDIO_MODEL_MEMORY: '512M' }, { bytes: 512 * 1024 ** 2 }],
    [{ DEVSTUDIO_MODEL_MEMORY: '6G' }, { bytes: 6 * 1024 ** 3 }],
  ])('takes a size or a share for the memory of models: %j', (env, modelMemory) => {
    expect(readConfig(env, '/studio')).toMatchObject({ modelMemory, modelIdleMinutes: 30, modelsOnDemand: true });
  });

  test('finds a subgraph at its own port, or where its address says, without a closing slash', () => {
    const { urls } = readConfig({ USERS_PORT: '7000', MODELS_URL: 'https://models.internal/' }, '/studio');
    expect(urls).toMatchObject({ users: 'http://127.0.0.1:7000', models: 'https://models.internal' });
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['192.168.1.7', '192.168.1.7'],
    ['studio.lan', 'studio.lan'],
    ['::', '[::1]'],
    ['::1', '[::1]'],
  ])('finds what listens on %s at %s', (host, reached) => {
    expect(readConfig({ DEVSTUDIO_HOST: host }, '/studio').urls.models).toBe(`http://${reached}:6988`);
  });

  test('takes port 0, any free one, and the highest', () => {
    expect(readConfig({ GATEWAY_PORT: '0', USERS_PORT: '65535' }, '/studio').ports).toMatchObject({
      gateway: 0,
      users: 65_535,
    });
  });

  test('mails from SMTP_FROM over SMTP_URL, with links to DEVSTUDIO_PUBLIC_URL', () => {
    const env = {
      SMTP_URL: 'smtps://user:pass@mail.example.org',
      SMTP_FROM: 'Studio <studio@example.org>',
      DEVSTUDIO_PUBLIC_URL: 'https://studio.example.org/',
    };
    expect(readConfig(env, '/studio')).toMatchObject({
      publicUrl: 'https://studio.example.org',
      mail: { smtpUrl: env.SMTP_URL, from: env.SMTP_FROM },
    });
    expect(messageOf({ SMTP_URL: env.SMTP_URL })).toBe(
      'SMTP_FROM is not set; with SMTP_URL it must be the address that mail is from.',
    );
  });

  test('reads the origins that may read answers', () => {
    const { corsOrigins } = readConfig(
      { DEVSTUDIO_CORS_ORIGINS: 'https://a.example, http://localhost:3000' },
      '/studio',
    );
    expect(corsOrigins).toEqual(['https://a.example', 'http://localhost:3000']);
  });

  test.each(['*', 'https://a.example/', 'https://a.example, null', 'a.example'])(
    'takes no %j for an origin',
    (text) => {
      expect(messageOf({ DEVSTUDIO_CORS_ORIGINS: text })).toBe(
        `DEVSTUDIO_CORS_ORIGINS is "${text}"; it must be exact origins (https://app.example.org) between commas, and never *.`,
      );
    },
  );

  test('ignores variables that are not ours', () => {
    expect(readConfig({ PATH: '/bin', GATEWAY_PROT: 'x' }, '/studio')).toEqual(readConfig({}, '/studio'));
  });

  test.each([
    [
      { DEVSTUDIO_TRUSTED_PROXIES: 'proxy.lan' },
      'DEVSTUDIO_TRUSTED_PROXIES is "proxy.lan"; it must be addresses and networks (10.0.0.0/8) between commas, or loopback.',
    ],
    [{ DEVSTUDIO_MODE: 'prod' }, 'DEVSTUDIO_MODE is "prod"; it must be development or production.'],
    ...['0%', '101%', '6', '1.5G', '6T', 'all'].map((size): [Record<string, string>, string] => [
      { DEVSTUDIO_MODEL_MEMORY: size },
      `DEVSTUDIO_MODEL_MEMORY is "${size}"; it must be a size like 6G or 512M, or a share like 75%.`,
    ]),
    [
      { DEVSTUDIO_MODEL_IDLE_MINUTES: '-1' },
      'DEVSTUDIO_MODEL_IDLE_MINUTES is "-1"; it must be minutes from 0 (never) to 999999.',
    ],
    [{ DEVSTUDIO_MODEL_ON_DEMAND: 'maybe' }, 'DEVSTUDIO_MODEL_ON_DEMAND is "maybe"; it must be true or false.'],
    [{ DEVSTUDIO_MAX_COST: '0' }, 'DEVSTUDIO_MAX_COST is "0"; it must be a whole number from 1 to 999999999.'],
    [{ GATEWAY_PORT: '65536' }, 'GATEWAY_PORT is "65536"; it must be a port from 0 to 65535.'],
    [{ USERS_PORT: '-1' }, 'USERS_PORT is "-1"; it must be a port from 0 to 65535.'],
    [{ POSTGRES_PORT: '6472x' }, 'POSTGRES_PORT is "6472x"; it must be a port from 0 to 65535.'],
    [{ MODELS_URL: 'ftp://models' }, 'MODELS_URL is "ftp://models"; it must be an http or https address.'],
    [{ DEVSTUDIO_ADMIN_EMAIL: 'root' }, 'DEVSTUDIO_ADMIN_EMAIL is "root"; it must be an e-mail address.'],
    [{ SMTP_FROM: 'me' }, 'SMTP_FROM is "me"; it must be an e-mail address, or a name and <address>.'],
    [
      { DEVSTUDIO_LOG_LEVEL: 'loud' },
      'DEVSTUDIO_LOG_LEVEL is "loud"; it must be one of fatal, error, warn, info, debug, trace, silent.',
    ],
  ])('of %j ends with one line that names the variable, its value and what it may be', (env, message) => {
    expect(messageOf(env)).toBe(message);
  });

  test.each([
    [{ DEVSTUDIO_SECRET: 'short' }, 'DEVSTUDIO_SECRET is (not shown); it must be at least 32 characters.'],
    [
      { DEVSTUDIO_METRICS_TOKEN: 'with spaces in it it is no token of HTTP' },
      'DEVSTUDIO_METRICS_TOKEN is (not shown); it must be at least 32 characters without spaces.',
    ],
    [
      { DEVSTUDIO_ADMIN_PASSWORD: 'short' },
      'DEVSTUDIO_ADMIN_PASSWORD is (not shown); it must be at least 10 characters.',
    ],
    [
      { DEVSTUDIO_ADMIN_PASSWORD: 'x'.repeat(1_025) },
      'DEVSTUDIO_ADMIN_PASSWORD is (not shown); it must be at most 1024 characters.',
    ],
    [{ SMTP_URL: 'http://u:hidden@host' }, 'SMTP_URL is (not shown); it must be an smtp:// or smtps:// address.'],
    [{ DATABASE_URL: 'mysql://u:hidden@host/db' }, 'DATABASE_URL is (not shown); it must be a postgres:// address.'],
  ])('never shows a secret, however wrong it is', (env, message) => {
    expect(messageOf(env)).toBe(message);
  });
});
