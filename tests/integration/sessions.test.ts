import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

const PASSWORD = 'a long enough password';
const LOGIN = `mutation ($email: String!) {
  login(email: $email, password: "${PASSWORD}") { accessToken refreshToken user { id } }
}`;
const MINE = '{ me { sessions { id createdAt lastSeenAt expiresAt address userAgent current } } }';
const REVOKE = 'mutation ($id: ID!) { revokeSession(id: $id) }';

const Opened = z.object({
  login: z.object({ accessToken: z.string(), refreshToken: z.string(), user: z.object({ id: z.uuid() }) }),
});
const Session = z.object({
  id: z.uuid(),
  createdAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  current: z.boolean(),
});

let users: TestUsers;
let people = 0;

beforeAll(async () => {
  users = await startTestUsers();
});

afterAll(() => users.stop());

const codeOf = ({ errors }: Answer): string | undefined => errors?.[0]?.extensions.code;
const admin = () => someone('ADMIN');

const person = async (): Promise<string> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const maker = someone('ADMIN', { userId: await users.account(`admin${people}@devstudio.test`) });
  const input = { email, password: PASSWORD, tokens: 0 };
  await users.ask('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', { input }, maker);
  return email;
};

const open = async (email: string, address = '203.0.113.1', userAgent: string | null = 'Browser') => {
  const { login } = Opened.parse((await users.ask(LOGIN, { email }, null, { address, userAgent })).data);
  const { sid } = decodeJwt<{ sid: string }>(login.accessToken);
  const caller: Caller = someone('DEVELOPER', { userId: login.user.id, credential: { kind: 'session', id: sid } });
  return { ...login, id: sid, caller };
};

const sessionsOf = async (caller: Caller) =>
  z.object({ me: z.object({ sessions: z.array(Session) }) }).parse((await users.ask(MINE, {}, caller)).data).me
    .sessions;

test('a user sees where the sessions in force were opened, newest first, and which one asks', async () => {
  const email = await person();
  const first = await open(email);
  const second = await open(email, '2001:db8::1', null);
  const gone = await open(email);
  await users.ask('mutation { logout }', {}, gone.caller);
  expect(await sessionsOf(first.caller)).toMatchObject([
    { id: second.id, address: '2001:db8::1', userAgent: null, current: false },
    { id: first.id, address: '203.0.113.1', userAgent: 'Browser', current: true },
  ]);
});

test('a session was last seen when it was refreshed', async () => {
  const { caller, refreshToken } = await open(await person());
  await users.database.sql("update users.sessions set last_seen_at = last_seen_at - interval '1 hour' where id = $1", [
    caller.credential.id,
  ]);
  const [before] = await sessionsOf(caller);
  await users.ask('mutation ($token: String!) { refreshSession(refreshToken: $token) { expiresAt } }', {
    token: refreshToken,
  });
  const [after] = await sessionsOf(caller);
  expect(Date.parse(after?.lastSeenAt ?? '')).toBeGreaterThan(Date.parse(before?.lastSeenAt ?? '') + 3_000_000);
  expect(after?.createdAt).toBe(before?.createdAt);
});

test('a user ends an own session, once, and it is on record', async () => {
  const email = await person();
  const [first, second] = [await open(email), await open(email)];
  expect((await users.ask(REVOKE, { id: first.id }, second.caller)).data).toEqual({ revokeSession: true });
  expect((await sessionsOf(second.caller)).map(({ id }) => id)).toEqual([second.id]);
  expect(codeOf(await users.ask(REVOKE, { id: first.id }, second.caller))).toBe('NOT_FOUND');
  const refresh = 'mutation ($token: String!) { refreshSession(refreshToken: $token) { expiresAt } }';
  expect(codeOf(await users.ask(refresh, { token: first.refreshToken }))).toBe('UNAUTHENTICATED');
  expect(
    await users.database.sql(
      "select target_id, details from audit.events where action = 'session.ended' and target_id = $1",
      [second.caller.userId],
    ),
  ).toEqual([{ target_id: second.caller.userId, details: { sessionId: first.id } }]);
});

test('sessions of others are for admins alone, to see and to end', async () => {
  const [mine, theirs] = [await open(await person()), await open(await person())];
  for (const id of [theirs.id, randomUUID(), "' or true --"]) {
    expect(codeOf(await users.ask(REVOKE, { id }, mine.caller))).toBe('NOT_FOUND');
  }
  expect(await sessionsOf(theirs.caller)).toHaveLength(1);
  const all = await users.ask('{ users { email sessions { id } } }', {}, mine.caller);
  expect(all.errors?.every(({ extensions }) => extensions.code === 'FORBIDDEN')).toBe(true);
  expect(JSON.stringify(all.data)).not.toContain(theirs.id);
  expect((await users.ask(REVOKE, { id: theirs.id }, admin())).data).toEqual({ revokeSession: true });
});

test('an API key ends no session', async () => {
  const { id, caller } = await open(await person());
  const key: Caller = { ...caller, credential: { kind: 'key', id: randomUUID() } };
  expect(codeOf(await users.ask(REVOKE, { id }, key))).toBe('FORBIDDEN');
});
