import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freshDatabase } from '#tests/harness/database.ts';
import { install, runDevstudio } from '#tests/harness/installation.ts';

/** Every port chosen by the studio itself, so that no test meets another program. */
const ANY_PORTS = {
  GATEWAY_PORT: '0',
  USERS_PORT: '0',
  MODELS_PORT: '0',
  SANDBOX_PORT: '0',
  AGENTS_PORT: '0',
  POSTGRES_PORT: '0',
};

describe('starts that are refused', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devstudio-starts-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const refused = async (args: readonly string[], env: Record<string, string>, exitCode: number): Promise<string> => {
    const { code, stdout, stderr } = await runDevstudio(args, {
      DEVSTUDIO_HOME: join(folder, 'home'),
      ...ANY_PORTS,
      ...env,
    });
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^devstudio: [^\n]+\n$/u);
    expect(code).toBe(exitCode);
    return stderr;
  };

  test.each([
    [{ GATEWAY_PORT: 'http' }, 'GATEWAY_PORT is "http"; it must be a port'],
    [{ DEVSTUDIO_LOG_LEVEL: 'loud' }, 'DEVSTUDIO_LOG_LEVEL is "loud"; it must be one of'],
    [{ DEVSTUDIO_SECRET: 'swordfish' }, 'DEVSTUDIO_SECRET is (not shown); it must be at least 32 characters'],
    [{ DATABASE_URL: 'mysql://root:swordfish@db/x' }, 'DATABASE_URL is (not shown); it must be a postgres:// address'],
    [{ DATABASE_URL: 'postgres://root:swordfish@127.0.0.1:1/x' }, 'The database at 127.0.0.1:1/x cannot be used'],
  ])('%j ends the start with one line that names the variable and no secret', async (env, sentence) => {
    const line = await refused(['start'], env, 1);
    expect(line).toContain(sentence);
    expect(line).not.toContain('swordfish');
  });

  test('a port that is taken ends the start with the variable to change', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    try {
      // A listening TCP server has an AddressInfo.
      const { port } = other.address() as AddressInfo;
      expect(await refused(['start'], { MODELS_PORT: String(port) }, 1)).toContain(
        `127.0.0.1:${port} is taken by another program: set MODELS_PORT`,
      );
    } finally {
      other.close();
    }
  });

  test('a folder that cannot be one ends the start before anything is made', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await refused(['start'], { DEVSTUDIO_HOME: file }, 1)).toContain('DEVSTUDIO_HOME');
  });

  test('a command line that means nothing has exit code 2', async () => {
    expect(await refused(['launch'], {}, 2)).toContain("there is no command 'launch'");
    expect(await refused(['start', '--fast'], {}, 2)).toContain("Unknown option '--fast'");
    expect(await refused(['serve', 'users', 'billing'], {}, 2)).toContain("there is no service 'billing'");
  });

  test('a service without a database says what it needs', async () => {
    expect(await refused(['serve', 'users'], { DATABASE_URL: '' }, 1)).toContain('DATABASE_URL is not set');
  });
});

test("on somebody else's PostgreSQL, the owner's password and the admin's reach no service process", async () => {
  const database = await freshDatabase();
  const owner = new URL(database.url).password;
  const studio = await install({ env: { DATABASE_URL: database.url, DEVSTUDIO_SECRET: database.secretText } });
  try {
    const services = (await studio.processes()).filter(({ command }) => command.includes('--supervised'));
    expect(services).toHaveLength(3);
    const environments = await Promise.all(services.map(({ pid }) => readFile(`/proc/${pid}/environ`, 'utf8')));
    for (const environment of environments) {
      expect(environment).toContain('DATABASE_URL=postgres://127.0.0.1');
      expect(environment).not.toContain(owner);
      expect(environment).not.toContain(studio.admin.password);
    }
    const logs = await readdir(join(studio.home, 'logs'));
    expect(logs.toSorted()).toEqual(['gateway.log', 'models.log', 'sandbox.log', 'start.log']);
    for (const name of logs) {
      const text = await readFile(join(studio.home, 'logs', name), 'utf8');
      for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
      expect(text).not.toContain(studio.admin.password);
    }
  } finally {
    await studio.remove();
    await database.drop();
  }
});

test('on another address of this machine the parts find each other', async () => {
  const studio = await install({ env: { DEVSTUDIO_HOST: '127.0.0.2' } });
  try {
    expect(studio.url).toContain('127.0.0.2');
    expect(await (await fetch(`${studio.url}/readyz`)).json()).toEqual({ service: 'gateway', ready: true });
  } finally {
    await studio.remove();
  }
});

test('parts that do not find each other end the start with their names', async () => {
  await expect(install({ env: { SANDBOX_URL: 'http://127.0.0.1:1' } })).rejects.toThrow(
    /The studio is not whole: sandbox: it is not reachable/,
  );
});
