import { randomUUID } from 'node:crypto';
import { generateSync } from 'otplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import type { Caller } from '#mesh/identity.ts';
import { someone } from '#tests/harness/caller.ts';
import { startStudio } from '#tests/harness/studio.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

const PASSWORD = 'a long enough password';
const LOGIN = `mutation ($email: String!, $password: String!, $code: String) {
  login(email: $email, password: $password, code: $code) { accessToken user { id } }
}`;
const BEGIN = 'mutation ($password: String!) { beginTotp(password: $password) { secret uri } }';
const CONFIRM = 'mutation ($code: String!) { confirmTotp(code: $code) }';
const RESET = 'mutation ($userId: ID!) { resetTotp(userId: $userId) { id totpEnabled } }';

const Enrollment = z.object({ beginTotp: z.object({ secret: z.string(), uri: z.string() }) });
const Codes = z.object({ confirmTotp: z.array(z.string()) });

interface Member {
  readonly email: string;
  readonly caller: Caller;
}

let users: TestUsers;
let admin: Caller;

beforeAll(async () => {
  users = await startTestUsers();
  admin = someone('ADMIN', { userId: await users.account('admin@devstudio.test') });
});
afterAll(() => users.stop());

const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;
const login = (email: string, code?: string, password: string = PASSWORD): Promise<Answer> =>
  users.ask(LOGIN, { email, password, code });

const member = async (): Promise<Member> => {
  const email = `${randomUUID()}@devstudio.test`;
  const { data } = await users.ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { input: { email, password: PASSWORD } },
    admin,
  );
  const { createUser } = z.object({ createUser: z.object({ id: z.string() }) }).parse(data);
  return { email, caller: someone('DEVELOPER', { userId: createUser.id, email }) };
};

const begin = async ({ caller }: Member): Promise<string> =>
  Enrollment.parse((await users.ask(BEGIN, { password: PASSWORD }, caller)).data).beginTotp.secret;

/** The code that an authenticator shows now, or so many steps later. */
const shown = (secret: string, steps = 0): string =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1_000) + 30 * steps });

/** Six digits that are wrong now. */
const wrong = (secret: string): string => {
  const right = new Set([-2, -1, 0, 1, 2].map((steps) => shown(secret, steps)));
  return ['000000', '000001', '000002', '000003', '000004', '000005'].find((code) => !right.has(code)) ?? '000006';
};

/** Lets time pass for what the factor remembers: its last code. */
const forgetLastCode = ({ caller }: Member) =>
  users.database.sql('update users.second_factors set last_step = 0 where user_id = $1', [caller.userId]);

const withTotp = async (): Promise<Member & { readonly secret: string; readonly recovery: readonly string[] }> => {
  const one = await member();
  const secret = await begin(one);
  const { data } = await users.ask(CONFIRM, { code: shown(secret) }, one.caller);
  await forgetLastCode(one);
  return { ...one, secret, recovery: Codes.parse(data).confirmTotp };
};

const audited = async ({ caller }: Member): Promise<readonly unknown[]> => {
  const rows = await users.database.sql('select action from audit.events where target_id = $1 order by id', [
    caller.userId,
  ]);
  return rows.map(({ action }) => action);
};

describe('setting up an authenticator', () => {
  test('asks for the password, and counts only once a code was shown', async () => {
    const one = await member();
    const refused = await users.ask(BEGIN, { password: 'not the password' }, one.caller);
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'password' });
    const secret = await begin(one);
    expect((await login(one.email)).data).toMatchObject({ login: { user: { id: one.caller.userId } } });
    expect(codeOf(await users.ask(CONFIRM, { code: wrong(secret) }, one.caller))).toBe('BAD_USER_INPUT');
    expect(codeOf(await login(one.email))).toBeUndefined();
    const { confirmTotp } = Codes.parse((await users.ask(CONFIRM, { code: shown(secret) }, one.caller)).data);
    expect(new Set(confirmTotp).size).toBe(10);
    expect(codeOf(await login(one.email))).toBe('SECOND_FACTOR_REQUIRED');
    expect(await audited(one)).toContain('second-factor.enabled');
  });

  test('anew replaces what was not confirmed, and is refused once it is in force', async () => {
    const one = await member();
    const first = await begin(one);
    const second = await begin(one);
    expect(codeOf(await users.ask(CONFIRM, { code: shown(first) }, one.caller))).toBe('BAD_USER_INPUT');
    expect(codeOf(await users.ask(CONFIRM, { code: shown(second) }, one.caller))).toBeUndefined();
    expect(codeOf(await users.ask(BEGIN, { password: PASSWORD }, one.caller))).toBe('CONFLICT');
    expect(codeOf(await users.ask(CONFIRM, { code: shown(second, 1) }, one.caller))).toBe('CONFLICT');
  });

  test('is for people who have signed in, not for their keys', async () => {
    const one = await member();
    const key = { ...one.caller, credential: { kind: 'key', id: randomUUID() } } as const;
    expect(codeOf(await users.ask(BEGIN, { password: PASSWORD }, key))).toBe('FORBIDDEN');
    expect(codeOf(await users.ask(BEGIN, { password: PASSWORD }))).toBe('UNAUTHENTICATED');
  });

  test('stores neither the secret nor a recovery code in clear', async () => {
    const { secret, recovery, caller } = await withTotp();
    const [row] = await users.database.sql(
      `select (select f::text from users.second_factors f where user_id = $1) ||
         (select string_agg(r::text, ' ') from users.recovery_codes r where user_id = $1) as text`,
      [caller.userId],
    );
    const text = z.object({ text: z.string() }).parse(row).text;
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString('hex'));
    for (const code of recovery) expect(text).not.toContain(code.replaceAll('-', ''));
  });
});

describe('signing in with a second factor', () => {
  test('asks for a code only after the password was right', async () => {
    const one = await withTotp();
    expect(codeOf(await login(one.email, undefined, 'not the password'))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(one.email, shown(one.secret), 'not the password'))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(one.email))).toBe('SECOND_FACTOR_REQUIRED');
    expect(codeOf(await login(one.email, ' '))).toBe('SECOND_FACTOR_REQUIRED');
    expect(codeOf(await login(one.email, wrong(one.secret)))).toBe('UNAUTHENTICATED');
    expect((await login(one.email, shown(one.secret))).data).toMatchObject({
      login: { user: { id: one.caller.userId } },
    });
  });

  test('takes a code once, even of twenty sign-ins at the same moment', async () => {
    const one = await withTotp();
    const code = shown(one.secret);
    const answers = await Promise.all(Array.from({ length: 20 }, () => login(one.email, code)));
    expect(answers.filter((answer) => codeOf(answer) === undefined)).toHaveLength(1);
    expect(codeOf(await login(one.email, code))).not.toBeUndefined();
  });

  test('takes no code that is older than the last one', async () => {
    const one = await withTotp();
    expect(codeOf(await login(one.email, shown(one.secret, 1)))).toBeUndefined();
    expect(codeOf(await login(one.email, shown(one.secret)))).toBe('UNAUTHENTICATED');
  });

  test('takes each recovery code once, however it is typed', async () => {
    const one = await withTotp();
    const [first = '', second = ''] = one.recovery;
    expect(codeOf(await login(one.email, first))).toBeUndefined();
    expect(codeOf(await login(one.email, first))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(one.email, second.toUpperCase().replaceAll('-', ' ')))).toBeUndefined();
    expect(await audited(one)).toContain('second-factor.recovery-code-used');
  });

  test('takes no recovery code of somebody else', async () => {
    const [one, other] = [await withTotp(), await withTotp()];
    expect(codeOf(await login(one.email, other.recovery[0]))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(other.email, other.recovery[0]))).toBeUndefined();
  });

  test('is locked for fifteen minutes after ten wrong codes, from wherever they come', async () => {
    const one = await withTotp();
    for (let tries = 0; tries < 10; tries += 1) {
      expect(codeOf(await login(one.email, wrong(one.secret)))).toBe('UNAUTHENTICATED');
    }
    const locked = await login(one.email, shown(one.secret));
    expect(codeOf(locked)).toBe('RATE_LIMITED');
    expect(codeOf(await login(one.email))).toBe('SECOND_FACTOR_REQUIRED');
    await users.database.sql(
      "update users.second_factors set wrong_since = wrong_since - interval '15 minutes' where user_id = $1",
      [one.caller.userId],
    );
    expect(codeOf(await login(one.email, shown(one.secret)))).toBeUndefined();
  });

  test.each(["' or 1=1 --", '\u0000', '💥'.repeat(16), '9'.repeat(64)])('refuses %j as a code', async (code) => {
    const one = await withTotp();
    expect(codeOf(await login(one.email, code))).toBe('UNAUTHENTICATED');
  });

  test('refuses a code that is too long before it looks at it', async () => {
    const one = await withTotp();
    expect((await login(one.email, '9'.repeat(65))).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'code',
    });
  });
});

describe('turning it off', () => {
  const DISABLE = 'mutation ($password: String!, $code: String) { disableTotp(password: $password, code: $code) }';

  test('asks for the password and a code', async () => {
    const one = await withTotp();
    expect(codeOf(await users.ask(DISABLE, { password: 'not the password' }, one.caller))).toBe('BAD_USER_INPUT');
    expect(codeOf(await login(one.email))).toBe('SECOND_FACTOR_REQUIRED');
    expect(codeOf(await users.ask(DISABLE, { password: PASSWORD }, one.caller))).toBe('SECOND_FACTOR_REQUIRED');
    expect(codeOf(await users.ask(DISABLE, { password: PASSWORD, code: '000000' }, one.caller))).toBe('BAD_USER_INPUT');
    expect(codeOf(await login(one.email))).toBe('SECOND_FACTOR_REQUIRED');
    const given = { password: PASSWORD, code: one.recovery[0] };
    expect((await users.ask(DISABLE, given, one.caller)).data).toEqual({ disableTotp: true });
    expect(codeOf(await login(one.email))).toBeUndefined();
    expect(await audited(one)).toContain('second-factor.disabled');
  });

  test('by an admin ends the sessions of the user, and the old recovery codes with the factor', async () => {
    const one = await withTotp();
    await login(one.email, shown(one.secret));
    const { data } = await users.ask(RESET, { userId: one.caller.userId }, admin);
    expect(data).toEqual({ resetTotp: { id: one.caller.userId, totpEnabled: false } });
    const open = await users.database.sql('select id from users.sessions where user_id = $1 and revoked_at is null', [
      one.caller.userId,
    ]);
    expect(open).toEqual([]);
    expect(
      await users.database.sql('select 1 from users.recovery_codes where user_id = $1', [one.caller.userId]),
    ).toEqual([]);
    expect(codeOf(await login(one.email))).toBeUndefined();
    expect(await audited(one)).toContain('second-factor.reset');
    expect(codeOf(await users.ask(RESET, { userId: randomUUID() }, admin))).toBe('NOT_FOUND');
    expect(codeOf(await users.ask(RESET, { userId: "' or true --" }, admin))).toBe('NOT_FOUND');
  });
});

test('totpEnabled is for the user and for admins', async () => {
  const [one, other] = [await withTotp(), await member()];
  const ask = (caller: Caller) =>
    users.ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { totpEnabled } } }',
      { r: [{ __typename: 'User', id: one.caller.userId }] },
      caller,
    );
  expect((await ask(one.caller)).data).toEqual({ _entities: [{ totpEnabled: true }] });
  expect((await ask(admin)).data).toEqual({ _entities: [{ totpEnabled: true }] });
  expect(codeOf(await ask(other.caller))).toBe('FORBIDDEN');
});

test('at the door a code that is asked for costs no try, and ten wrong ones close the second factor for a while', async () => {
  const studio = await startStudio({ rates: { ...RATE_LIMITS, signIns: 100, loopback: 1 } });
  try {
    const { email, password } = studio.admin;
    const token = await studio.login();
    const begun = await studio.graphql(BEGIN, { variables: { password }, token });
    const { secret } = Enrollment.parse(begun.body.data).beginTotp;
    await studio.graphql(CONFIRM, { variables: { code: shown(secret) }, token });
    const attempt = async (code?: string): Promise<unknown> => {
      const { body } = await studio.graphql(
        'mutation ($email: String!, $password: String!, $code: String) { login(email: $email, password: $password, code: $code) { accessToken } }',
        { variables: { email, password, code } },
      );
      return body.errors?.[0]?.extensions['code'];
    };
    for (let tries = 0; tries < 8; tries += 1) expect(await attempt()).toBe('SECOND_FACTOR_REQUIRED');
    for (let tries = 0; tries < 10; tries += 1) expect(await attempt(wrong(secret))).toBe('UNAUTHENTICATED');
    expect(await attempt(shown(secret, 1))).toBe('RATE_LIMITED');
  } finally {
    await studio.stop();
  }
});
