import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller, Role } from '#mesh/identity.ts';
import { isForKeys, scopesOf } from '#mesh/scopes.ts';
import { someone } from '#tests/harness/caller.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

const KEY = `id name prefix models scopes tokenBudget requestsPerMinute tokensPerMinute createdAt expiresAt lastUsedAt
  revokedAt user { id email }`;
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { ${KEY} } } }`;
const REVOKE = 'mutation ($id: ID!) { revokeApiKey(id: $id) { id revokedAt } }';
const LIST = `{ me { apiKeys { ${KEY} } } }`;
const PRINCIPAL = 'query ($hash: String) { principal(keyHash: $hash) { userId role credential credentialId scopes } }';

const Created = z.object({
  createApiKey: z.object({ secret: z.string(), apiKey: z.looseObject({ id: z.uuid(), scopes: z.array(z.string()) }) }),
});
const Listed = z.object({ me: z.object({ apiKeys: z.array(z.looseObject({ id: z.uuid() })) }) });

let users: TestUsers;
let people = 0;

beforeAll(async () => {
  users = await startTestUsers();
});
afterAll(() => users.stop());

const person = async (role: Role = 'DEVELOPER'): Promise<Caller> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const userId = await users.account(email, { tokens: 1_000 });
  await users.database.sql('update users.accounts set role = $2 where id = $1', [userId, role]);
  return someone(role, { userId, email });
};

const refusal = ({ errors }: Answer) => errors?.[0]?.extensions;
const create = (input: Readonly<Record<string, unknown>>, caller: Caller): Promise<Answer> =>
  users.ask(CREATE, { input: { name: 'CI', ...input } }, caller);
const made = async (caller: Caller, input: Readonly<Record<string, unknown>> = {}) =>
  Created.parse((await create(input, caller)).data).createApiKey;
/** The owner as the gateway vouches for it when the key is sent. */
const keyCaller = async (owner: Caller, input: Readonly<Record<string, unknown>> = {}): Promise<Caller> => {
  const { apiKey } = await made(owner, input);
  return { ...owner, credential: { kind: 'key', id: apiKey.id }, scopes: apiKey.scopes };
};
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const principalOf = async (secret: string): Promise<unknown> =>
  (await users.ask(PRINCIPAL, { hash: hashOf(secret) })).data?.['principal'];
const keysOf = async (caller: Caller) => Listed.parse((await users.ask(LIST, {}, caller)).data).me.apiKeys;
const auditOf = (id: string) =>
  users.database.sql(
    'select action, actor_id, actor_credential, details from audit.events where target_id = $1 order by id',
    [id],
  );

describe('a key', () => {
  test('is made with all that it was asked for, and its secret is in no row', async () => {
    const owner = await person();
    const expiresAt = '2126-01-01T00:00:00.000Z';
    const limits = { tokenBudget: 40, requestsPerMinute: 2, tokensPerMinute: 1_000 };
    const input = { name: 'CI — nightly', models: ['a', 'b', 'a'], scopes: ['inference:run'], expiresAt, ...limits };
    const { secret, apiKey } = await made(owner, input);
    expect(secret).toMatch(/^cds_[A-Za-z0-9_-]{43}$/);
    const { userId, email } = owner;
    expect(apiKey).toEqual({
      ...limits,
      id: expect.any(String),
      name: 'CI — nightly',
      prefix: secret.slice(0, 12),
      models: ['a', 'b'],
      scopes: ['inference:run'],
      createdAt: expect.any(String),
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
      user: { id: userId, email },
    });
    expect(await keysOf(owner)).toEqual([apiKey]);
    const [row] = await users.database.sql(
      'select to_jsonb(k)::text as text, hash from users.api_keys k where id = $1',
      [apiKey.id],
    );
    expect(row?.['text']).not.toContain(secret.slice(12));
    expect(Buffer.from(z.instanceof(Uint8Array).parse(row?.['hash'])).toString('hex')).toBe(hashOf(secret));
    const events = await auditOf(apiKey.id);
    expect(events).toMatchObject([
      {
        action: 'key.created',
        actor_id: userId,
        actor_credential: 'session',
        details: { userId, ...limits, models: 2 },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain(secret.slice(4));
  });

  test('speaks for its owner with its own scopes, and loses what the owner’s role loses', async () => {
    const owner = await person('ADMIN');
    const { secret, apiKey } = await made(owner, { scopes: ['models:read', 'users:manage'] });
    const { userId } = owner;
    const known = { userId, credential: 'KEY', credentialId: apiKey.id };
    expect(await principalOf(secret)).toEqual({ ...known, role: 'ADMIN', scopes: ['models:read', 'users:manage'] });
    await users.database.sql("update users.accounts set role = 'VIEWER' where id = $1", [userId]);
    expect(await principalOf(secret)).toEqual({ ...known, role: 'VIEWER', scopes: ['models:read'] });
    await users.database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [userId]);
    expect(await principalOf(secret)).toBeNull();
  });

  test('is in force until it expires, and shows when it was used', async () => {
    const owner = await person();
    const { secret, apiKey } = await made(owner, { expiresAt: '2126-01-01T00:00:00Z' });
    expect(await principalOf(secret)).not.toBeNull();
    await expect.poll(async () => (await keysOf(owner))[0]?.['lastUsedAt']).not.toBeNull();
    await users.database.sql('update users.api_keys set expires_at = clock_timestamp() where id = $1', [apiKey.id]);
    expect(await principalOf(secret)).toBeNull();
  });

  test.each([
    ['the empty name', { name: '' }, 'name'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['a name of 81 characters', { name: 'x'.repeat(81) }, 'name'],
    ['no model', { models: [] }, 'models'],
    ['101 models', { models: Array.from({ length: 101 }, (_, at) => `m${at}`) }, 'models'],
    [
      'models of 4 097 characters together',
      { models: Array.from({ length: 41 }, (_, at) => `${at}`.padStart(100, 'm')) },
      'models',
    ],
    ['a model of 101 characters', { models: ['x'.repeat(101)] }, 'models'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['an unknown scope', { scopes: ['models:read', 'everything'] }, 'scopes'],
    ['a scope beyond the role', { scopes: ['users:manage'] }, 'scopes'],
    ['a budget of nothing', { tokenBudget: 0 }, 'tokenBudget'],
    ['requests below zero', { requestsPerMinute: -1 }, 'requestsPerMinute'],
    ['tokens below zero', { tokensPerMinute: -1 }, 'tokensPerMinute'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    ['an end that is none', { expiresAt: 'tomorrow' }, 'expiresAt'],
  ])('is not made with %s', async (_, input, argument) => {
    const owner = await person();
    expect(refusal(await create(input, owner))).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await keysOf(owner)).toEqual([]);
  });

  test('is one of fifty in force at most, however many are asked for at once', async () => {
    const owner = await person();
    const answers = await Promise.all(Array.from({ length: 55 }, () => create({}, owner)));
    const codes = answers.map(refusal).filter((error) => error !== undefined);
    expect(codes.map(({ code }) => code)).toEqual(Array(5).fill('LIMIT_REACHED'));
    const [first] = await keysOf(owner);
    await users.ask(REVOKE, { id: first?.id }, owner);
    expect(refusal(await create({}, owner))).toBeUndefined();
    expect(refusal(await create({}, owner))).toMatchObject({ code: 'LIMIT_REACHED' });
  });
});

describe('a key for another user', () => {
  test('is made by an admin, within what that user may', async () => {
    const [admin, viewer] = [await person('ADMIN'), await person('VIEWER')];
    const { apiKey } = await made(admin, { userId: viewer.userId });
    expect(apiKey).toMatchObject({ user: { id: viewer.userId }, scopes: scopesOf('VIEWER').filter(isForKeys) });
    expect(await auditOf(apiKey.id)).toMatchObject([{ actor_id: admin.userId, details: { userId: viewer.userId } }]);
    expect(refusal(await create({ userId: viewer.userId, scopes: ['inference:run'] }, admin))).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  test('is refused to everybody else, and to every key, whether there is such a user or not', async () => {
    const [admin, developer, other] = [await person('ADMIN'), await person(), await person()];
    const program = await keyCaller(admin, { scopes: ['keys:write', 'users:manage'] });
    for (const caller of [developer, program]) {
      for (const userId of [other.userId, randomUUID(), 'nonsense']) {
        expect(refusal(await create({ userId }, caller))).toMatchObject({ code: 'FORBIDDEN' });
      }
    }
    expect(await keysOf(other)).toEqual([]);
  });

  test.each(['nonsense', randomUUID()])('%s is NOT_FOUND', async (userId) => {
    expect(refusal(await create({ userId }, await person('ADMIN')))).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('who is suspended is not made', async () => {
    const [admin, other] = [await person('ADMIN'), await person()];
    await users.database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [other.userId]);
    expect(refusal(await create({ userId: other.userId }, admin))).toMatchObject({ code: 'BAD_USER_INPUT' });
  });
});

describe('a key that asks', () => {
  test('makes keys that may what it may, none that manages, and none at all when it has limits', async () => {
    const admin = await person('ADMIN');
    const program = await keyCaller(admin, { scopes: ['keys:write', 'models:read', 'users:manage'] });
    expect((await made(program)).apiKey.scopes).toEqual(['models:read']);
    expect(refusal(await create({ scopes: ['users:manage'] }, program))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(refusal(await create({ scopes: ['inference:run'] }, program))).toMatchObject({ code: 'BAD_USER_INPUT' });
    for (const limits of [
      { tokenBudget: 40 },
      { requestsPerMinute: 1 },
      { models: ['a'] },
      { expiresAt: '2126-01-01T00:00:00Z' },
    ]) {
      const limited = await keyCaller(await person(), limits);
      expect(refusal(await create({}, limited))).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test.each([
    ['mutation { logout }'],
    ['mutation { logoutEverywhere }'],
    ['mutation { changePassword(current: "a password", next: "another password") }'],
    ['mutation { revokeSession(id: "0a6f1b9e-3c58-4f0b-8f6f-0f2b7f5f9f20") }'],
    ['mutation { beginTotp(password: "a password") { secret } }'],
    ['mutation { confirmTotp(code: "123456") }'],
    ['mutation { disableTotp(password: "a password") }'],
    ['mutation { rotateSigningKeys { kid } }'],
    ['mutation { createPasswordResetLink(userId: "0a6f1b9e-3c58-4f0b-8f6f-0f2b7f5f9f20") { url } }'],
    ['mutation { resetTotp(userId: "0a6f1b9e-3c58-4f0b-8f6f-0f2b7f5f9f20") { id } }'],
    ['mutation { eraseUser(id: "0a6f1b9e-3c58-4f0b-8f6f-0f2b7f5f9f20", email: "a@b.test") { userId } }'],
    ['mutation { createUser(input: { email: "a@b.test", password: "a long password", role: ADMIN }) { id } }'],
    ['mutation { setUserRole(id: "0a6f1b9e-3c58-4f0b-8f6f-0f2b7f5f9f20", role: ADMIN) { id } }'],
  ])('is refused what is for people: %s', async (query) => {
    expect(refusal(await users.ask(query, {}, await keyCaller(await person())))).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('that is revoked meanwhile makes none', async () => {
    const owner = await person();
    const program = await keyCaller(owner, { scopes: ['keys:write'] });
    await users.ask(REVOKE, { id: program.credential.id }, owner);
    expect(refusal(await create({ scopes: ['keys:write'] }, program))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await keysOf(owner)).toHaveLength(1);
  });

  test('revokes itself, and others of its owner with keys:write alone', async () => {
    const owner = await person();
    const { apiKey } = await made(owner);
    const program = await keyCaller(owner, { scopes: ['models:read'] });
    expect(refusal(await users.ask(REVOKE, { id: apiKey.id }, program))).toMatchObject({ code: 'FORBIDDEN' });
    expect(refusal(await users.ask(REVOKE, { id: program.credential.id }, program))).toBeUndefined();
    const keeper = await keyCaller(owner, { scopes: ['keys:write'] });
    expect(refusal(await users.ask(REVOKE, { id: apiKey.id }, keeper))).toBeUndefined();
  });

  test('of an admin sees nothing of others unless it was made for that', async () => {
    const [admin, other] = [await person('ADMIN'), await person()];
    const { apiKey } = await made(other);
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { email apiKeys { name } } } }`;
    const of = [{ __typename: 'User', id: other.userId }];
    const narrow = await users.ask(query, { of }, await keyCaller(admin));
    expect(refusal(narrow)).toMatchObject({ code: 'FORBIDDEN' });
    const byKey = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on ApiKey { name } } }';
    const reference = {
      of: [
        { __typename: 'ApiKey', id: apiKey.id },
        { __typename: 'ApiKey', id: 'nonsense' },
      ],
    };
    const program = await keyCaller(admin);
    expect((await users.ask(byKey, reference, program)).data).toEqual({ _entities: [null, null] });
    expect((await users.ask(byKey, reference, other)).data).toEqual({ _entities: [{ name: 'CI' }, null] });
    expect(refusal(await users.ask(REVOKE, { id: apiKey.id }, program))).toMatchObject({ code: 'NOT_FOUND' });
    const managing = await keyCaller(admin, { scopes: ['users:manage', 'keys:write'] });
    expect((await users.ask(byKey, reference, managing)).data).toEqual({ _entities: [{ name: 'CI' }, null] });
  });
});

describe('revokeApiKey', () => {
  test('ends the key at once, and again it answers the key as it is', async () => {
    const owner = await person();
    const { secret, apiKey } = await made(owner);
    const first = await users.ask(REVOKE, { id: apiKey.id }, owner);
    expect(first.data).toMatchObject({ revokeApiKey: { id: apiKey.id, revokedAt: expect.any(String) } });
    expect(await principalOf(secret)).toBeNull();
    expect((await users.ask(REVOKE, { id: apiKey.id }, owner)).data).toEqual(first.data);
    const events = await auditOf(apiKey.id);
    expect(events.map(({ action }) => action)).toEqual(['key.created', 'key.revoked']);
  });

  test('takes along the keys that it has made, however far down, and no others', async () => {
    const owner = await person();
    const other = await made(owner);
    const first = await keyCaller(owner, { scopes: ['keys:write', 'models:read'] });
    const second = await made(first, { scopes: ['keys:write', 'models:read'] });
    const { apiKey } = second;
    const third = await made({ ...first, credential: { kind: 'key', id: apiKey.id } }, { scopes: ['models:read'] });
    await users.ask(REVOKE, { id: first.credential.id }, owner);
    expect(await principalOf(second.secret)).toBeNull();
    expect(await principalOf(third.secret)).toBeNull();
    expect(await principalOf(other.secret)).not.toBeNull();
    expect(await auditOf(third.apiKey.id)).toMatchObject([
      { action: 'key.created', actor_credential: 'key' },
      { action: 'key.revoked', details: { revokedWith: first.credential.id } },
    ]);
  });

  test('leaves nothing that a race has made: a key made while its maker is revoked goes along', async () => {
    for (let round = 0; round < 5; round += 1) {
      const owner = await person();
      const program = await keyCaller(owner, { scopes: ['keys:write'] });
      await Promise.all([
        ...Array.from({ length: 4 }, () => create({ scopes: ['keys:write'] }, program)),
        users.ask(REVOKE, { id: program.credential.id }, owner),
        ...Array.from({ length: 4 }, () => create({ scopes: ['keys:write'] }, program)),
      ]);
      expect((await keysOf(owner)).filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
    }
  });

  test('is for a viewer as well, who had the key made under another role', async () => {
    const owner = await person();
    const { secret, apiKey } = await made(owner);
    const { userId, email } = owner;
    const viewer = someone('VIEWER', { userId, email });
    expect(refusal(await users.ask(REVOKE, { id: apiKey.id }, viewer))).toBeUndefined();
    expect(await principalOf(secret)).toBeNull();
  });

  test('is for the owner and admins; to others the key does not exist', async () => {
    const [owner, other, admin] = [await person(), await person(), await person('ADMIN')];
    const { secret, apiKey } = await made(owner);
    const theirs = await users.ask(REVOKE, { id: apiKey.id }, other);
    expect(refusal(theirs)).toMatchObject({ code: 'NOT_FOUND' });
    for (const id of [randomUUID(), 'nonsense']) {
      expect((await users.ask(REVOKE, { id }, other)).errors).toEqual(theirs.errors);
    }
    expect(await principalOf(secret)).not.toBeNull();
    expect(refusal(await users.ask(REVOKE, { id: apiKey.id }, admin))).toBeUndefined();
    expect(await principalOf(secret)).toBeNull();
  });
});

describe('keys that come and go', () => {
  const unused = `insert into users.api_keys (user_id, name, prefix, hash, scopes, created_at, revoked_at)
    select $1, 'old', 'cds_', sha256(gen_random_uuid()::text::bytea), '{}', $2, $2 from generate_series(1, $3::int)`;
  const countOf = async (userId: string): Promise<unknown> =>
    (await users.database.sql('select count(*)::int as count from users.api_keys where user_id = $1', [userId]))[0]?.[
      'count'
    ];
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

  test('are two hundred a day at most', async () => {
    const owner = await person();
    await users.database.sql(unused, [owner.userId, daysAgo(2), 500]);
    await users.database.sql(unused, [owner.userId, daysAgo(0.5), 199]);
    expect(refusal(await create({}, owner))).toBeUndefined();
    expect(refusal(await create({}, owner))).toMatchObject({ code: 'LIMIT_REACHED' });
  });

  test('are forgotten with their limits after thirty days out of force, unless they were used', async () => {
    const owner = await person();
    const { apiKey } = await made(owner, { tokenBudget: 10, requestsPerMinute: 2 });
    const used = await made(owner);
    const recent = await made(owner);
    const old = 'update users.api_keys set revoked_at = $2, last_used_at = $3 where id = $1';
    await users.database.sql(old, [apiKey.id, daysAgo(31), null]);
    await users.database.sql(old, [used.apiKey.id, daysAgo(31), daysAgo(40)]);
    await users.database.sql(old, [recent.apiKey.id, daysAgo(29), null]);
    // Housekeeping of the service runs by itself.
    await expect.poll(() => countOf(owner.userId)).toBe(2);
    const quotas = 'select 1 from billing.quota where subject = $1';
    expect(await users.database.sql(quotas, [`key:${apiKey.id}`])).toEqual([]);
  });
});
