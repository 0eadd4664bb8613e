import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { ensureFirstAdmin } from '#subgraphs/users/first-admin.ts';
import { keepHouse, startHousekeeping } from '#subgraphs/users/housekeeping.ts';
import { createPasswords } from '#subgraphs/users/passwords.ts';
import { startUsers } from '#subgraphs/users/server.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { insertUser, startTestUsers } from '#tests/harness/users.ts';

const log = createLog('test', 'silent');
const databases: TestDatabase[] = [];
const fresh = async (): Promise<TestDatabase> => {
  const database = await freshDatabase();
  databases.push(database);
  return database;
};

afterEach(async () => {
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

const start = (database: TestDatabase, secret = database.secret) =>
  startUsers({ config: readConfig({}, '/nowhere'), databaseUrl: database.url, secret, log });

const firstAdmin = (database: TestDatabase, admin: { email?: string; password?: string } = {}) =>
  ensureFirstAdmin({
    databaseUrl: database.url,
    secret: database.secret,
    log,
    admin: { email: admin.email, password: admin.password },
  });

describe('the first admin', () => {
  test('is made once, by one of several starts, with a random password that works', async () => {
    const database = await fresh();
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => firstAdmin(database)));
    const made = outcomes.filter((one) => one.outcome === 'made');
    expect(made).toHaveLength(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'present')).toHaveLength(3);
    expect(made[0]).toEqual({
      outcome: 'made',
      email: 'admin@devstudio.local',
      password: expect.stringMatching(/^(\w{6}-){3}\w{6}$/),
    });
    const [row] = await database.sql(
      'select email, role, password_hash, granted::int, reserved::int from users.accounts, billing.balance(id)',
    );
    expect(row).toMatchObject({ email: 'admin@devstudio.local', role: 'ADMIN', granted: 1_000_000, reserved: 0 });
    const passwords = createPasswords(database.secret('password-pepper'));
    const hash = z.string().parse(row?.['password_hash']);
    expect(hash).toMatch(/^\$2b\$12\$/);
    expect(await passwords.verify(made[0]?.password ?? '', hash)).toBe(true);
  });

  test('has what the environment says, and its password is told to nobody', async () => {
    const database = await fresh();
    const admin = { email: 'root@example.org', password: 'given by hand' };
    expect(await firstAdmin(database, admin)).toEqual({ outcome: 'made', email: admin.email, password: null });
    expect(await firstAdmin(database, admin)).toEqual({ outcome: 'present' });
  });

  test('is not made where any account exists', async () => {
    const database = await fresh();
    await insertUser(database, 'someone@devstudio.test');
    expect(await firstAdmin(database)).toEqual({ outcome: 'present' });
  });
});

describe('the signing key', () => {
  test('is made once by several replicas that start together, and lies encrypted in the database', async () => {
    const database = await fresh();
    const replicas = await Promise.all([1, 2, 3].map(() => start(database)));
    const keys = await database.sql('select kid, private_jwk, public_jwk from users.signing_keys');
    expect(keys).toHaveLength(1);
    expect(String(keys[0]?.['private_jwk'])).not.toContain('"d"');
    expect(keys[0]?.['public_jwk']).not.toHaveProperty('d');
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  test('of another secret ends the start with one line that says what to restore', async () => {
    const database = await fresh();
    await (await start(database)).stop();
    // The role's password has to fit for the start to come as far as the key.
    const other = secretFrom(randomBytes(32).toString('hex'));
    const mixed: typeof other = (purpose) => (purpose === 'signing-keys' ? other : database.secret)(purpose);
    await expect(start(database, mixed)).rejects.toThrow(/^The signing key .* sealed with another secret: restore .*$/);
  });
});

describe('the service', () => {
  test('is ready while its database answers, and says what is missing when it does not', async () => {
    const users = await startTestUsers();
    await expect(users.readiness()).resolves.toEqual({ ready: true });
    await users.database.drop();
    await expect(users.readiness()).resolves.toMatchObject({ ready: false, missing: [{ what: 'database' }] });
    await users.stop();
  });

  test('answers a failure of its database without a word about it', async () => {
    const users = await startTestUsers();
    await users.database.sql('alter table users.accounts rename to elsewhere');
    const answer = await users.ask(
      'mutation { login(email: "a@devstudio.test", password: "long enough") { expiresAt } }',
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(answer)).not.toMatch(/accounts|relation|sql/i);
    await users.stop();
  });
});

test('sessions that ended long ago are forgotten with their tokens, and so are tokens past their own end', async () => {
  const database = await fresh();
  const id = await insertUser(database, 'someone@devstudio.test');
  const open = (days: number, hash: string, tokenDays: number) =>
    database.sql(
      `with opened as (insert into users.sessions (user_id, expires_at) values ($1, now() + make_interval(days => $2)) returning id)
       insert into users.refresh_tokens (hash, session_id, expires_at) select sha256($3), id, now() + make_interval(days => $4) from opened`,
      [id, days, hash, tokenDays],
    );
  await open(-1, 'gone', -1);
  await open(1, 'kept', 1);
  await open(1, 'spent long ago', -1);
  const db = await openPool(serviceAddress(database.url, 'users', database.secret), log);
  await keepHouse(db);
  await db.end();
  expect(await database.sql('select hash = sha256($1) as kept from users.refresh_tokens', ['kept'])).toEqual([
    { kept: true },
  ]);
  expect(await database.sql('select from users.sessions')).toHaveLength(2);
});

describe('housekeeping', () => {
  test('closes what was left open, goes on after a failure, and stops', async () => {
    const database = await fresh();
    const id = await insertUser(database, 'someone@devstudio.test', { tokens: 100 });
    const abandon = async (): Promise<string> => {
      const request = randomUUID();
      await database.sql("select billing.reserve($1, 'w', $2, null, 'm', 1, 1, 1, '1 microsecond')", [request, id]);
      return request;
    };
    const state = async (request: string) =>
      (await database.sql('select state from billing.llm_requests where request_id = $1', [request]))[0]?.['state'];
    const db = await openPool(serviceAddress(database.url, 'users', database.secret), log);
    const warned = vi.spyOn(log, 'warn');

    const house = startHousekeeping(db, log, 5);
    const patient = { timeout: 30_000, interval: 10 };
    const first = await abandon();
    await vi.waitFor(async () => expect(await state(first)).toBe('expired'), patient);

    await database.sql('alter function billing.reap() rename to gone');
    await vi.waitFor(() =>
      expect(warned).toHaveBeenCalledWith(expect.anything(), expect.stringMatching(/housekeeping/)),
    );
    const second = await abandon();
    await database.sql('alter function billing.gone() rename to reap');
    await vi.waitFor(async () => expect(await state(second)).toBe('expired'), patient);

    await house.stop();
    await db.end();
    const third = await abandon();
    expect(await state(third)).toBe('open');
    warned.mockRestore();
  });
});
