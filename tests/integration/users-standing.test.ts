import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createLog } from '#mesh/log.ts';
import type { Caller } from '#mesh/identity.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { insertSession } from '#subgraphs/users/store/sessions.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';
import { someone, HERE } from '#tests/harness/caller.ts';

const PASSWORD = 'a long enough password';
const STATUS =
  'mutation ($id: ID!, $status: UserStatus!) { setUserStatus(id: $id, status: $status) { id role status } }';
const ROLE = 'mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { id role status } }';
const LIMIT = 'mutation ($id: ID!, $tokens: Int) { setMonthlyLimit(userId: $id, tokens: $tokens) { monthlyLimit } }';
const CHANGE = 'mutation ($current: String!, $next: String!) { changePassword(current: $current, next: $next) }';
const PRINCIPALS = 'query ($ids: [ID!]!) { principals(credentialIds: $ids) { credentialId role userId } }';

let users: TestUsers;
let admin: Caller;

beforeEach(async () => {
  users = await startTestUsers();
  admin = await person('root', 'ADMIN');
});
afterEach(() => users.stop());

/** An account with an open session. */
const person = async (name: string, role: Caller['role'] = 'DEVELOPER'): Promise<Caller> => {
  const email = `${name}@devstudio.test`;
  const userId = await users.account(email, { tokens: 1_000 });
  await users.database.sql('update users.accounts set role = $2 where id = $1', [userId, role]);
  return someone(role, { userId, email, credential: { kind: 'session', id: await session(userId) } });
};

const session = async (userId: string): Promise<string> => {
  const [row] = await users.database.sql(
    "insert into users.sessions (user_id, expires_at) values ($1, now() + interval '1 day') returning id",
    [userId],
  );
  return z.uuid().parse(row?.['id']);
};

const refusal = ({ errors }: Answer) => errors?.[0]?.extensions;
const principals = async (...ids: readonly string[]) =>
  z.array(z.object({ role: z.string() }).nullable()).parse((await users.ask(PRINCIPALS, { ids })).data?.['principals']);
const inForce = async (...ids: readonly string[]) => (await principals(...ids)).map((found) => found !== null);

describe('principals', () => {
  test('are in the order of the question, null for sessions that are not in force and for nonsense', async () => {
    const [one, two] = [await person('one'), await person('two', 'VIEWER')];
    await users.database.sql("update users.sessions set revoked_at = now(), reason = 'logout' where id = $1", [
      await session(one.userId),
    ]);
    const ids = [two.credential.id, randomUUID(), one.credential.id, "' or true --", two.credential.id];
    const roles = (await principals(...ids)).map((found) => found?.role ?? null);
    expect(roles).toEqual(['VIEWER', null, 'DEVELOPER', null, 'VIEWER']);
  });

  test('are at most 500', async () => {
    const ids = Array.from({ length: 501 }, () => randomUUID());
    expect(refusal(await users.ask(PRINCIPALS, { ids }))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await inForce(...ids.slice(1))).not.toContain(true);
  });
});

describe('setUserStatus', () => {
  test('ends every session of a suspended user and none of another, for good', async () => {
    const [one, two] = [await person('one'), await person('two')];
    const second = await session(one.userId);
    const suspended = await users.ask(STATUS, { id: one.userId, status: 'SUSPENDED' }, admin);
    expect(suspended.data).toEqual({ setUserStatus: { id: one.userId, role: 'DEVELOPER', status: 'SUSPENDED' } });
    expect(await inForce(one.credential.id, second, two.credential.id)).toEqual([false, false, true]);
    await users.ask(STATUS, { id: one.userId, status: 'ACTIVE' }, admin);
    expect(await inForce(one.credential.id, second)).toEqual([false, false]);
  });

  test.each(['nonsense', randomUUID()])('answers NOT_FOUND for %s', async (id) => {
    expect(refusal(await users.ask(STATUS, { id, status: 'SUSPENDED' }, admin))).toMatchObject({
      code: 'NOT_FOUND',
      argument: 'id',
    });
  });
});

describe('the last active admin', () => {
  test('stays, while one of two may go', async () => {
    const other = await person('other', 'ADMIN');
    await users.ask(STATUS, { id: other.userId, status: 'SUSPENDED' }, admin);
    const refused = [
      await users.ask(STATUS, { id: admin.userId, status: 'SUSPENDED' }, admin),
      await users.ask(ROLE, { id: admin.userId, role: 'DEVELOPER' }, admin),
    ];
    expect(refused.map(refusal)).toMatchObject([{ code: 'CONFLICT' }, { code: 'CONFLICT' }]);
    expect(await inForce(admin.credential.id)).toEqual([true]);
    await users.ask(STATUS, { id: other.userId, status: 'ACTIVE' }, admin);
    expect((await users.ask(ROLE, { id: admin.userId, role: 'DEVELOPER' }, admin)).errors).toBeUndefined();
  });

  test('stays when all admins are changed at once', async () => {
    const admins = [admin, ...(await Promise.all(['a', 'b', 'c', 'd'].map((name) => person(name, 'ADMIN'))))];
    const answers = await Promise.all(
      admins.map(({ userId }, index) =>
        index % 2 === 0
          ? users.ask(STATUS, { id: userId, status: 'SUSPENDED' }, admin)
          : users.ask(ROLE, { id: userId, role: 'VIEWER' }, admin),
      ),
    );
    expect(answers.filter((answer) => refusal(answer)?.code === 'CONFLICT')).toHaveLength(1);
    expect(
      await users.database.sql("select 1 from users.accounts where role = 'ADMIN' and status = 'ACTIVE'"),
    ).toHaveLength(1);
  });
});

describe('a session that is opened while its account changes', () => {
  test.each([
    ['is suspended', "status = 'SUSPENDED'"],
    ['has another password', "password_hash = 'another'"],
  ])('is none when the account %s', async (_what, change) => {
    const { userId } = await person('one');
    await users.database.sql(`update users.accounts set ${change} where id = $1`, [userId]);
    const db = await openPool(
      serviceAddress(users.database.url, 'users', users.database.secret),
      createLog('test', 'silent'),
    );
    const opened = await insertSession(db, {
      userId,
      passwordHash: '-',
      tokenHash: Buffer.alloc(32),
      lifetimeSeconds: 60,
      client: HERE,
    });
    await db.end();
    expect(opened).toBeNull();
    expect(await users.database.sql('select 1 from users.refresh_tokens')).toEqual([]);
  });
});

describe('changePassword', () => {
  const member = async (): Promise<Caller> => {
    const email = 'member@devstudio.test';
    const made = await users.ask(
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
      { input: { email, password: PASSWORD } },
      admin,
    );
    const { id } = z.object({ id: z.uuid() }).parse(made.data?.['createUser']);
    return someone('DEVELOPER', { userId: id, email, credential: { kind: 'session', id: await session(id) } });
  };
  const login = (email: string, password: string) =>
    users.ask(
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { expiresAt } }',
      {
        email,
        password,
      },
    );

  test('keeps the session that asked, ends the others, and takes the new password alone', async () => {
    const caller = await member();
    const other = await session(caller.userId);
    const next = 'another long password';
    expect((await users.ask(CHANGE, { current: PASSWORD, next }, caller)).data).toEqual({ changePassword: true });
    expect(await inForce(caller.credential.id, other)).toEqual([true, false]);
    expect(refusal(await login(caller.email, PASSWORD))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect((await login(caller.email, next)).errors).toBeUndefined();
  });

  test.each([
    ['a wrong current password', { current: 'wrong', next: 'another long password' }, 'current'],
    ['a next one that is too short', { current: PASSWORD, next: 'short' }, 'next'],
  ])('refuses %s and ends nothing', async (_what, change, argument) => {
    const caller = await member();
    const other = await session(caller.userId);
    expect(refusal(await users.ask(CHANGE, change, caller))).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await inForce(caller.credential.id, other)).toEqual([true, true]);
    expect((await login(caller.email, PASSWORD)).errors).toBeUndefined();
  });

  test('happens once of many times at once', async () => {
    const caller = await member();
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        users.ask(CHANGE, { current: PASSWORD, next: `another long password ${index}` }, caller),
      ),
    );
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
  });
});

describe('setMonthlyLimit', () => {
  const limit = (id: string, tokens: number | null) => users.ask(LIMIT, { id, tokens }, admin);
  const window = async (userId: string) => {
    const [row] = await users.database.sql(
      `select w.limit_units::int as limit, w.reserved::int, w.spent::int from billing.quota q
       join billing.quota_window w on w.quota_id = q.id
       where q.subject = 'user:' || $1 and q.period = 'month' order by w.window_start desc limit 1`,
      [userId],
    );
    return row;
  };
  const reserve = async (userId: string, prompt: number, max: number) => {
    const request = randomUUID();
    const [row] = await users.database.sql(
      `select outcome, completion_cap::int as cap, retry_at is not null as later
       from billing.reserve($1, 'w', $2, null, 'm', $3, $4, 1, '1 minute')`,
      [request, userId, prompt, max],
    );
    return { request, ...row };
  };
  const settle = (request: string, completion: number) =>
    users.database.sql("select billing.settle($1, 'w', $2, 'settled', true)", [request, completion]);

  test('clamps a chat, refuses the next one until the month is over, and counts what was billed before', async () => {
    const { userId } = await person('one');
    const before = await reserve(userId, 10, 10);
    await settle(before.request, 10);
    expect((await limit(userId, 50)).data).toEqual({ setMonthlyLimit: { monthlyLimit: 50 } });
    expect(await window(userId)).toEqual({ limit: 50, reserved: 0, spent: 20 });
    const clamped = await reserve(userId, 10, 100);
    expect(clamped).toMatchObject({ outcome: 'granted', cap: 20 });
    expect(await reserve(userId, 10, 100)).toMatchObject({ outcome: 'denied', later: true });
    await settle(clamped.request, 5);
    expect(await window(userId)).toEqual({ limit: 50, reserved: 0, spent: 35 });
  });

  test('lowered below what is used keeps what is spent and reserved, and the next month takes the new one', async () => {
    const { userId } = await person('one');
    await limit(userId, 100);
    const running = await reserve(userId, 10, 30);
    await limit(userId, 5);
    expect(await window(userId)).toEqual({ limit: 40, reserved: 40, spent: 0 });
    await settle(running.request, 30);
    expect(await window(userId)).toEqual({ limit: 40, reserved: 0, spent: 40 });
    // As if that had been last month.
    await users.database.sql(
      `update billing.quota_window w set window_start = w.window_start - interval '1 month'
       from billing.quota q where q.id = w.quota_id and q.period = 'month'`,
    );
    expect(await reserve(userId, 2, 10)).toMatchObject({ outcome: 'granted', cap: 3 });
    expect(await window(userId)).toEqual({ limit: 5, reserved: 5, spent: 0 });
  });

  test('taken away limits nothing, and set again finds what was used meanwhile', async () => {
    const { userId } = await person('one');
    await limit(userId, 0);
    expect(await reserve(userId, 1, 1)).toMatchObject({ outcome: 'denied' });
    expect((await limit(userId, null)).data).toEqual({ setMonthlyLimit: { monthlyLimit: null } });
    const free = await reserve(userId, 10, 100);
    expect(free).toMatchObject({ outcome: 'granted', cap: 100 });
    await settle(free.request, 100);
    await limit(userId, 60);
    expect(await window(userId)).toEqual({ limit: 110, reserved: 0, spent: 110 });
    expect(await reserve(userId, 1, 1)).toMatchObject({ outcome: 'denied' });
  });

  test.each([
    ['a negative limit', { tokens: -1 }, { code: 'BAD_USER_INPUT', argument: 'tokens' }],
    ['an unknown user', { tokens: 1, id: randomUUID() }, { code: 'NOT_FOUND', argument: 'userId' }],
    ['an id that is none', { tokens: 1, id: "' or true --" }, { code: 'NOT_FOUND', argument: 'userId' }],
  ])('refuses %s and writes nothing', async (_what, variables, expected) => {
    const answer = await users.ask(LIMIT, { id: admin.userId, ...variables }, admin);
    expect(refusal(answer)).toMatchObject(expected);
    expect(await users.database.sql("select 1 from billing.quota where period = 'month'")).toEqual([]);
  });
});
