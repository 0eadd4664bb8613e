import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';
import { someone } from '#tests/harness/caller.ts';

let users: TestUsers;
let admin: Caller;

beforeAll(async () => {
  users = await startTestUsers();
  const email = 'root@devstudio.test';
  admin = someone('ADMIN', { email, userId: await users.account(email, { tokens: 5 }) });
});

afterAll(() => users.stop());

const CREATE = `mutation ($input: CreateUserInput!) {
  createUser(input: $input) { id email role status createdAt balance { granted reserved spent available } }
}`;
const GRANT = `mutation ($userId: ID!, $tokens: Int!, $reason: String) {
  grantTokens(userId: $userId, tokens: $tokens, reason: $reason) { id balance { granted available } }
}`;

const PASSWORD = 'a long enough password';
const create = (input: Record<string, unknown>): Promise<Answer> =>
  users.ask(CREATE, { input: { password: PASSWORD, ...input } }, admin);
const refusal = ({ errors, data }: Answer) => ({
  ...errors?.[0]?.extensions,
  data: Object.values(data ?? {})[0] ?? null,
});
const Created = z.object({ createUser: z.object({ id: z.uuid() }) });
const countOf = async (email: string) =>
  (await users.database.sql('select from users.accounts where lower(email) = lower($1)', [email])).length;

describe('createUser', () => {
  test('makes an account whose tokens are a row of the ledger', async () => {
    const answer = await create({ email: 'ada@devstudio.test', role: 'VIEWER', tokens: 250 });
    expect(answer).toEqual({
      data: {
        createUser: {
          id: expect.any(String),
          email: 'ada@devstudio.test',
          role: 'VIEWER',
          status: 'ACTIVE',
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
          balance: { granted: 250, reserved: 0, spent: 0, available: 250 },
        },
      },
    });
    const { createUser } = Created.parse(answer.data);
    expect(
      await users.database.sql('select tokens::int, by, reason from billing.grants where user_id = $1', [
        createUser.id,
      ]),
    ).toEqual([{ tokens: 250, by: admin.userId, reason: 'account made' }]);
  });

  test('makes a developer with an empty balance when nothing else is said', async () => {
    const answer = await create({ email: 'plain@devstudio.test' });
    expect(answer.data).toMatchObject({ createUser: { role: 'DEVELOPER', balance: { granted: 0, available: 0 } } });
  });

  test('stores the hash of the password and not the password', async () => {
    await create({ email: 'hashed@devstudio.test' });
    const [row] = await users.database.sql(
      "select password_hash from users.accounts where email = 'hashed@devstudio.test'",
    );
    expect(row?.['password_hash']).toMatch(/^\$2b\$04\$.{53}$/);
  });

  test('answers CONFLICT for an e-mail address that has an account, in whatever case', async () => {
    await create({ email: 'twice@devstudio.test' });
    expect(refusal(await create({ email: 'Twice@DevStudio.test' }))).toMatchObject({
      code: 'CONFLICT',
      argument: 'email',
    });
    expect(await countOf('twice@devstudio.test')).toBe(1);
  });

  test('makes one account when the same one is made many times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => create({ email: 'race@devstudio.test', tokens: 3 })),
    );
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
    expect(answers.filter(({ errors }) => errors?.[0]?.extensions.code === 'CONFLICT')).toHaveLength(7);
  });

  test.each([
    ['an e-mail address without a domain', { email: 'nobody' }, 'email'],
    ['an e-mail address with a NUL', { email: 'a\u0000@devstudio.test' }, 'email'],
    ['an e-mail address that is too long', { email: `${'a'.repeat(250)}@devstudio.test` }, 'email'],
    ['a password that is too short', { email: 'bad@devstudio.test', password: '123456789' }, 'password'],
    ['a password that is too long', { email: 'bad@devstudio.test', password: 'x'.repeat(1_025) }, 'password'],
    ['negative tokens', { email: 'bad@devstudio.test', tokens: -1 }, 'tokens'],
  ])('refuses %s and writes nothing', async (_what, input, argument) => {
    expect(refusal(await create(input))).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(await countOf(input.email.replace('\u0000', ''))).toBe(0);
  });

  test('does not let a field that is not of the input through', async () => {
    const answer = await create({ email: 'mass@devstudio.test', status: 'SUSPENDED' });
    expect(answer.errors).toHaveLength(1);
    expect(await countOf('mass@devstudio.test')).toBe(0);
  });

  test('takes hostile text for what it is', async () => {
    const email = "o'brien.--;drop@devstudio.test".replace(';', '');
    const answer = await create({ email, tokens: 1 });
    expect(answer.errors).toBeUndefined();
    expect(await countOf(email)).toBe(1);
  });

  test('asks for a caller', async () => {
    expect(
      refusal(await users.ask(CREATE, { input: { email: 'x@devstudio.test', password: PASSWORD } })),
    ).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  });
});

describe('grantTokens', () => {
  test('adds to the balance and to the ledger', async () => {
    const userId = await users.account('granted@devstudio.test', { tokens: 10 });
    const answer = await users.ask(GRANT, { userId, tokens: 32, reason: 'a good deed' }, admin);
    expect(answer.data).toEqual({ grantTokens: { id: userId, balance: { granted: 42, available: 42 } } });
    expect(await users.database.sql("select tokens::int, by from billing.grants where reason = 'a good deed'")).toEqual(
      [{ tokens: 32, by: admin.userId }],
    );
  });

  test('gives a balance to a user who has none', async () => {
    const userId = await users.account('without@devstudio.test');
    const answer = await users.ask(GRANT, { userId, tokens: 7 }, admin);
    expect(answer.data).toMatchObject({ grantTokens: { balance: { granted: 7 } } });
  });

  test.each([
    ['negative tokens', { tokens: -5 }, 'BAD_USER_INPUT', 'tokens'],
    ['no tokens', { tokens: 0 }, 'BAD_USER_INPUT', 'tokens'],
    ['a reason of more than one line', { tokens: 1, reason: 'a\nb' }, 'BAD_USER_INPUT', 'reason'],
    ['a reason that is too long', { tokens: 1, reason: 'x'.repeat(201) }, 'BAD_USER_INPUT', 'reason'],
    ['a balance beyond what an Int holds', { tokens: 2_147_483_647 }, 'BAD_USER_INPUT', 'tokens'],
    ['a user who does not exist', { tokens: 1, userId: randomUUID() }, 'NOT_FOUND', 'userId'],
    ['an id that is none', { tokens: 1, userId: "1' or true --" }, 'NOT_FOUND', 'userId'],
  ])('refuses %s and changes nothing', async (what, variables, code, argument) => {
    const userId = await users.account(`${what.replaceAll(' ', '.')}@devstudio.test`, { tokens: 1 });
    expect(refusal(await users.ask(GRANT, { userId, ...variables }, admin))).toMatchObject({ code, argument });
    const [row] = await users.database.sql('select granted::int from billing.balance($1)', [userId]);
    expect(row).toEqual({ granted: 1 });
  });

  test('asks for a caller', async () => {
    expect(refusal(await users.ask(GRANT, { userId: admin.userId, tokens: 1 }))).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const [row] = await users.database.sql('select granted::int from billing.balance($1)', [admin.userId]);
    expect(row).toEqual({ granted: 5 });
  });
});

describe('reading accounts', () => {
  test('me is the caller, and null when the account is gone', async () => {
    const query = '{ me { id email balance { granted } } }';
    expect((await users.ask(query, {}, admin)).data).toEqual({
      me: { id: admin.userId, email: admin.email, balance: { granted: 5 } },
    });
    expect((await users.ask(query, {}, { ...admin, userId: randomUUID() })).data).toEqual({ me: null });
    expect(refusal(await users.ask(query))).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('user is the account of an id, and null for an id that has none', async () => {
    const query = 'query ($id: ID!) { user(id: $id) { email } }';
    expect((await users.ask(query, { id: admin.userId }, admin)).data).toEqual({ user: { email: admin.email } });
    for (const id of [randomUUID(), "' or true --"]) {
      expect(await users.ask(query, { id }, admin)).toEqual({ data: { user: null } });
    }
  });

  test('users lists every account, oldest first, with balances', async () => {
    const answer = await users.ask('{ users { id balance { available } } }', {}, admin);
    const { users: listed } = z.object({ users: z.array(z.looseObject({ id: z.string() })) }).parse(answer.data);
    const rows = await users.database.sql('select id from users.accounts order by created_at, id');
    expect(listed.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    expect(listed[0]).toEqual({ id: admin.userId, balance: { available: 5 } });
  });

  const ENTITIES = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on User { id email } }
  }`;

  test('other subgraphs’ users are resolved in order, unknown ones and nonsense as null', async () => {
    const one = await users.account('one@devstudio.test');
    const two = await users.account('two@devstudio.test');
    const ids = [two, randomUUID(), one, 'nonsense', two];
    const representations = ids.map((id) => ({ __typename: 'User', id }));
    const caller: Caller = { ...admin, userId: one, role: 'DEVELOPER' };
    expect((await users.ask(ENTITIES, { representations }, caller)).data).toEqual({
      _entities: [
        { id: two, email: 'two@devstudio.test' },
        null,
        { id: one, email: 'one@devstudio.test' },
        null,
        { id: two, email: 'two@devstudio.test' },
      ],
    });
  });

  test('a balance is for the user and for admins', async () => {
    const id = await users.account('private@devstudio.test', { tokens: 9 });
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { ... on User { balance { available } } }
    }`;
    const representations = [{ __typename: 'User', id }];
    const own = someone('VIEWER', { userId: id });
    const stranger = someone('DEVELOPER');
    const shown = { _entities: [{ balance: { available: 9 } }] };
    expect((await users.ask(query, { representations }, own)).data).toEqual(shown);
    expect((await users.ask(query, { representations }, admin)).data).toEqual(shown);
    expect((await users.ask(query, { representations }, stranger)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await users.ask(query, { representations })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
