import { expect, test } from 'vitest';
import { readConfig, type ServiceName } from '#mesh/config.ts';
import { serviceEnvironment, withoutCredentials } from './environment.ts';

test('an address keeps its host, port, name and options, and loses its credentials', () => {
  expect(withoutCredentials('postgres://owner:s3cret@db:6472/devstudio?sslmode=require')).toBe(
    'postgres://db:6472/devstudio?sslmode=require',
  );
});

test('credentials that hide in the parameters are removed too', () => {
  expect(withoutCredentials('postgres://db/devstudio?user=owner&password=s3cret&passfile=/p')).toBe(
    'postgres://db/devstudio',
  );
});

test('a service process learns no credential of the owner and nothing of the first admin', () => {
  const env = {
    PATH: '/usr/bin',
    PGPASSWORD: 's3cret',
    DATABASE_URL: 'postgres://owner:s3cret@db/devstudio',
    DEVSTUDIO_ADMIN_EMAIL: 'admin@example.org',
    DEVSTUDIO_ADMIN_PASSWORD: 's3cret of the admin',
  };
  const given = serviceEnvironment(env, readConfig(env, '/project'), env.DATABASE_URL, ['users']);
  expect(JSON.stringify(given)).not.toMatch(/s3cret|admin@example/);
  expect(given).toMatchObject({ PATH: '/usr/bin', DATABASE_URL: 'postgres://db/devstudio' });
});

test('a service process is given absolute paths and the ports that were chosen', () => {
  const config = readConfig({ DEVSTUDIO_HOME: 'data' }, '/project');
  const given = serviceEnvironment({}, { ...config, ports: { ...config.ports, models: 4_001 } }, 'postgres://db/x', []);
  expect(given).toMatchObject({
    DEVSTUDIO_HOME: '/project/data',
    DEVSTUDIO_MODELS_DIR: '/project/data/models',
    MODELS_PORT: '4001',
  });
});

test('a secret of one service is known to no process without it', () => {
  const env = {
    SMTP_URL: 'smtp://u:p@mail',
    OIDC_CLIENT_SECRET: 'a secret',
    HF_TOKEN: 'hf_1',
    HF_ENDPOINT: 'https://hub',
  };
  const given = (services: readonly ServiceName[]) =>
    Object.keys(serviceEnvironment(env, readConfig({}, '/project'), 'postgres://db/x', services));
  expect(given(['gateway', 'users'])).toEqual(
    expect.arrayContaining(['SMTP_URL', 'OIDC_CLIENT_SECRET', 'HF_ENDPOINT']),
  );
  expect(given(['gateway', 'users'])).not.toContain('HF_TOKEN');
  expect(given(['models'])).toContain('HF_TOKEN');
  expect(given(['sandbox']).filter((name) => ['SMTP_URL', 'OIDC_CLIENT_SECRET', 'HF_TOKEN'].includes(name))).toEqual(
    [],
  );
});
