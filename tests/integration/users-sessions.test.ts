import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';
import { scopesOf } from '#mesh/scopes.ts';
import { someone } from '#tests/harness/caller.ts';

const PASSWORD = 'a long enough password';
const LOGIN = `mutation ($email: String!, $password: String!) {
  login(email: $email, password: $password) { accessToken refreshToken expiresAt user { id email role } }
}`;
const REFRESH = `mutation ($token: String!) {
  refreshSession(refreshToken: $token) { accessToken refreshToken expiresAt user { id } }
}`;
const PRINCIPAL = `query ($sessionId: ID!) {
  principal(sessionId: $sessionId) { userId email role credential credentialId scopes availableTokens }
}`;

const Session = z.object({ accessToken: z.string(), refreshToken: z.string(), expiresAt: z.iso.datetime() });
type Session = z.infer<typeof Session>;

let users: TestUsers;
let accounts = 0;

beforeAll(async () => {
  users = await startTestUsers();
});

afterAll(() => users.stop());

const sessionOf = ({ data }: Answer): Session => Session.parse(data?.['login'] ?? data?.['refreshSession']);
const codeOf = ({ errors }: Answer) => errors?.[0]?.extensions.code;
const callerOf = (session: Session): Caller => {
  const { sub = '', sid, role } = decodeJwt<{ sid: string; role: Caller['role'] }>(session.accessToken);
  return someone(role, { userId: sub, credential: { kind: 'session', id: sid } });
};
const refresh = (token: string): Promise<Answer> => users.ask(REFRESH, { token });
const login = (email: string, password: string = PASSWORD): Promise<Answer> => users.ask(LOGIN, { email, password });

/** An account that can sign in. */
const member = async (password: string = PASSWORD): Promise<string> => {
  const email = `member${(accounts += 1)}@devstudio.test`;
  const admin = someone('ADMIN', { userId: await users.account(`admin${accounts}@devstudio.test`) });
  await users.ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { input: { email, password, tokens: 40 } },
    admin,
  );
  return email;
};
const signIn = async (): Promise<Session> => sessionOf(await login(await member()));
const principal = async (session: Session) =>
  (await users.ask(PRINCIPAL, { sessionId: callerOf(session).credential.id })).data?.['principal'];

/** Lets time pass for what the session's tokens remember. */
const age = (session: Session, column: 'used_at' | 'expires_at', by: string) =>
  users.database.sql(
    `update users.refresh_tokens set ${column} = ${column} - interval '${by}' where session_id = $1 and ${column} is not null`,
    [callerOf(session).credential.id],
  );
const sessionRow = async (session: Session) =>
  (
    await users.database.sql('select revoked_at is not null as revoked, reason from users.sessions where id = $1', [
      callerOf(session).credential.id,
    ])
  )[0];

describe('login', () => {
  test('opens a session, whatever the case of the e-mail address', async () => {
    const email = await member();
    const answer = await login(email.toUpperCase());
    expect(answer.data).toMatchObject({ login: { user: { email, role: 'DEVELOPER' } } });
    expect(await principal(sessionOf(answer))).toEqual({
      userId: callerOf(sessionOf(answer)).userId,
      email,
      role: 'DEVELOPER',
      credential: 'SESSION',
      credentialId: callerOf(sessionOf(answer)).credential.id,
      scopes: scopesOf('DEVELOPER'),
      availableTokens: 40,
    });
  });

  test('answers a wrong e-mail address, a wrong password and nonsense with the same words', async () => {
    const email = await member();
    const answers = await Promise.all([
      login(email, 'not the password'),
      login(email, ''),
      login('nobody@devstudio.test'),
      login("' or 1=1 --"),
      login('nul\u0000@devstudio.test'),
      login(''),
    ]);
    expect(answers.map(codeOf)).toEqual(answers.map(() => 'UNAUTHENTICATED'));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.errors?.[0]?.message))).size).toBe(1);
    expect(answers.map(({ data }) => data ?? null)).toEqual(answers.map(() => null));
  });

  test('refuses texts that no account can have before it hashes them', async () => {
    expect((await login('a'.repeat(255))).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'email',
    });
    expect((await login('a@devstudio.test', 'x'.repeat(1_025))).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'password',
    });
  });

  test('tells a suspended user why, once the password is right', async () => {
    const email = await member();
    await users.database.sql("update users.accounts set status = 'SUSPENDED' where email = $1", [email]);
    expect((await login(email)).errors?.[0]).toMatchObject({
      message: 'This account is suspended: ask an admin.',
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect((await login(email, 'not the password')).errors?.[0]?.message).not.toContain('suspended');
  });

  test('tells passwords apart that differ only after 72 bytes', async () => {
    const email = await member(`${'x'.repeat(100)}A`);
    expect(codeOf(await login(email, `${'x'.repeat(100)}B`))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(email, 'x'.repeat(72)))).toBe('UNAUTHENTICATED');
    expect(codeOf(await login(email, `${'x'.repeat(100)}A`))).toBeUndefined();
  });

  test('stores no token, only its hash', async () => {
    const session = await signIn();
    const [row] = await users.database.sql('select count(*)::int as found from users.refresh_tokens where hash = $1', [
      createHash('sha256').update(session.refreshToken).digest(),
    ]);
    expect(row).toEqual({ found: 1 });
  });
});

describe('an access token', () => {
  const strict = {
    algorithms: ['EdDSA'],
    issuer: 'cyberdevstudio',
    audience: 'cyberdevstudio',
    typ: 'at+jwt',
    requiredClaims: ['sub', 'sid', 'role', 'iat', 'exp', 'jti'],
    clockTolerance: 5,
    maxTokenAge: '10m',
  };
  const Keys = z.object({ verificationKeys: z.array(z.object({ kid: z.string(), jwk: z.string() })) });

  const publicKeys = async () => {
    const { verificationKeys } = Keys.parse((await users.ask('{ verificationKeys { kid jwk } }')).data);
    return verificationKeys.map(({ jwk }) =>
      z
        .object({ kty: z.literal('OKP'), crv: z.string(), x: z.string(), kid: z.string() })
        .loose()
        .parse(JSON.parse(jwk)),
    );
  };
  const verify = async (token: string): Promise<JWTPayload> =>
    (await jwtVerify(token, createLocalJWKSet({ keys: await publicKeys() }), strict)).payload;
  const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('verifies with the published key under the strictest options', async () => {
    const session = await signIn();
    const payload = await verify(session.accessToken);
    expect(payload).toMatchObject({ iss: 'cyberdevstudio', aud: 'cyberdevstudio', role: 'DEVELOPER' });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(new Date(session.expiresAt).getTime()).toBe((payload.exp ?? 0) * 1_000);
    expect(decodeProtectedHeader(session.accessToken)).toEqual({
      alg: 'EdDSA',
      typ: 'at+jwt',
      kid: (await publicKeys())[0]?.kid,
    });
  });

  test('is one of its own each time', async () => {
    const session = await signIn();
    const next = sessionOf(await refresh(session.refreshToken));
    expect(decodeJwt(next.accessToken).jti).not.toBe(decodeJwt(session.accessToken).jti);
  });

  test('publishes no private part', async () => {
    for (const key of await publicKeys()) expect(key).not.toHaveProperty('d');
  });

  test.each<[string, (parts: { header: string; payload: string; signature: string; x: string }) => string]>([
    ['alg none', ({ payload }) => `${encoded({ alg: 'none', typ: 'at+jwt' })}.${payload}.`],
    [
      'alg none with a signature',
      ({ payload, signature }) => `${encoded({ alg: 'nOnE', typ: 'at+jwt' })}.${payload}.${signature}`,
    ],
    [
      'HS256 with the public key as the secret',
      ({ payload, x }) => {
        const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt' })}.${payload}`;
        const key = Buffer.from(x, 'base64url');
        return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
      },
    ],
    [
      'another role',
      ({ header, payload, signature }) => {
        const claims = z
          .record(z.string(), z.unknown())
          .parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
        return `${header}.${encoded({ ...claims, role: 'ADMIN' })}.${signature}`;
      },
    ],
    ['no signature', ({ header, payload }) => `${header}.${payload}.`],
    ['a signature of zeros', ({ header, payload }) => `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
  ])('with %s is refused', async (_what, forge) => {
    const { accessToken } = await signIn();
    const [header = '', payload = '', signature = ''] = accessToken.split('.');
    const x = (await publicKeys())[0]?.x ?? '';
    await expect(verify(forge({ header, payload, signature, x }))).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(JOSE_ALG_NOT_ALLOWED|JWS_SIGNATURE_VERIFICATION_FAILED)$/),
    });
  });
});

describe('refreshSession', () => {
  test('spends the token for a new one of the same session', async () => {
    const session = await signIn();
    const next = sessionOf(await refresh(session.refreshToken));
    expect(next.refreshToken).not.toBe(session.refreshToken);
    expect(callerOf(next)).toEqual(callerOf(session));
    expect(sessionOf(await refresh(next.refreshToken)).refreshToken).not.toBe(next.refreshToken);
  });

  test('50 at once rotate once and all receive the same successor', async () => {
    const session = await signIn();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(session.refreshToken)));
    expect(new Set(answers.map((answer) => sessionOf(answer).refreshToken)).size).toBe(1);
    const tokens = await users.database.sql(
      'select used_at is not null as used from users.refresh_tokens where session_id = $1 order by used desc',
      [callerOf(session).credential.id],
    );
    expect(tokens).toEqual([{ used: true }, { used: false }]);
  });

  test('a client whose answer got lost goes on with the same token', async () => {
    const session = await signIn();
    await refresh(session.refreshToken);
    const again = sessionOf(await refresh(session.refreshToken));
    expect(codeOf(await refresh(again.refreshToken))).toBeUndefined();
  });

  test('a token that is used again after the grace ends the session, its successor included', async () => {
    const session = await signIn();
    const next = sessionOf(await refresh(session.refreshToken));
    await age(session, 'used_at', '11 s');
    expect(codeOf(await refresh(session.refreshToken))).toBe('UNAUTHENTICATED');
    expect(await sessionRow(session)).toEqual({ revoked: true, reason: 'refresh token reused' });
    expect(codeOf(await refresh(next.refreshToken))).toBe('UNAUTHENTICATED');
    expect(await principal(next)).toBeNull();
  });

  test('leaves other sessions of the user alone when one ends', async () => {
    const email = await member();
    const [one, two] = [sessionOf(await login(email)), sessionOf(await login(email))];
    await refresh(one.refreshToken);
    await age(one, 'used_at', '11 s');
    await refresh(one.refreshToken);
    expect(await principal(one)).toBeNull();
    expect(codeOf(await refresh(two.refreshToken))).toBeUndefined();
  });

  test('refuses an expired token without ending anything', async () => {
    const session = await signIn();
    await age(session, 'expires_at', '31 days');
    expect(codeOf(await refresh(session.refreshToken))).toBe('UNAUTHENTICATED');
    expect(await sessionRow(session)).toEqual({ revoked: false, reason: null });
  });

  test.each(['', 'x', 'A'.repeat(43), `${'A'.repeat(42)}\u0000`, 'A'.repeat(1_000)])(
    'refuses %j, which it never made',
    async (token) => {
      expect(codeOf(await refresh(token))).toBe('UNAUTHENTICATED');
    },
  );

  test('refuses a suspended account', async () => {
    const session = await signIn();
    await users.database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [
      callerOf(session).userId,
    ]);
    expect(codeOf(await refresh(session.refreshToken))).toBe('UNAUTHENTICATED');
  });
});

describe('logout', () => {
  test('ends the session at once, for the access token and the refresh token', async () => {
    const session = await signIn();
    expect((await users.ask('mutation { logout }', {}, callerOf(session))).data).toEqual({ logout: true });
    expect(await principal(session)).toBeNull();
    expect(codeOf(await refresh(session.refreshToken))).toBe('UNAUTHENTICATED');
    expect((await users.ask('mutation { logout }', {}, callerOf(session))).data).toEqual({ logout: true });
    expect(await sessionRow(session)).toEqual({ revoked: true, reason: 'logout' });
  });

  test('asks for a caller', async () => {
    expect(codeOf(await users.ask('mutation { logout }'))).toBe('UNAUTHENTICATED');
  });
});

describe('principal', () => {
  test('is null for a session that does not exist, for nonsense, and once the account is suspended', async () => {
    const session = await signIn();
    const nobody = { data: { principal: null } };
    expect(await users.ask(PRINCIPAL, { sessionId: randomUUID() })).toEqual(nobody);
    expect(await users.ask(PRINCIPAL, { sessionId: "' or true --" })).toEqual(nobody);
    await users.database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [
      callerOf(session).userId,
    ]);
    expect(await principal(session)).toBeNull();
  });

  test('is null once the session has expired', async () => {
    const session = await signIn();
    await users.database.sql('update users.sessions set expires_at = now() where id = $1', [
      callerOf(session).credential.id,
    ]);
    expect(await principal(session)).toBeNull();
  });

  test('knows a changed role and what is left of the balance at once', async () => {
    const session = await signIn();
    const { userId } = callerOf(session);
    await users.database.sql("update users.accounts set role = 'VIEWER' where id = $1", [userId]);
    await users.database.sql("select billing.reserve($1, 'w', $2, null, 'm', 10, 5, 1, '1 minute')", [
      randomUUID(),
      userId,
    ]);
    expect(await principal(session)).toMatchObject({ role: 'VIEWER', availableTokens: 25 });
  });
});
