import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createLog } from '#mesh/log.ts';
import { startIdentityProvider, type IdentityProvider } from '#tests/harness/identity-provider.ts';
import { startTestUsers, type Answer, type TestUsers } from '#tests/harness/users.ts';

const STUDIO = 'http://127.0.0.1:9';
const CALLBACK = `${STUDIO}/sign-in/oidc`;

const BEGIN = 'mutation { beginOidcLogin { url ticket } }';
const COMPLETE = `mutation ($ticket: String!, $callbackUrl: String!) {
  completeOidcLogin(ticket: $ticket, callbackUrl: $callbackUrl) { accessToken user { id email role } }
}`;

const Begun = z.object({ beginOidcLogin: z.object({ url: z.url(), ticket: z.string() }) });
const Completed = z.object({
  completeOidcLogin: z.object({
    accessToken: z.string(),
    user: z.object({ id: z.string(), email: z.string(), role: z.string() }),
  }),
});

let provider: IdentityProvider;
let users: TestUsers;
let generous: TestUsers;

beforeAll(async () => {
  provider = await startIdentityProvider(CALLBACK);
  const env = { ...provider.env, DEVSTUDIO_PUBLIC_URL: STUDIO };
  const log = createLog('test', 'silent');
  users = await startTestUsers(log, env);
  generous = await startTestUsers(log, { ...env, OIDC_CREATE_ACCOUNTS: 'true', OIDC_DEFAULT_ROLE: 'DEVELOPER' });
});

afterAll(async () => {
  await users.stop();
  await generous.stop();
  await provider.stop();
});

const begin = async (at: TestUsers = users) => Begun.parse((await at.ask(BEGIN)).data).beginOidcLogin;
const complete = (ticket: string, callbackUrl: string, at: TestUsers = users): Promise<Answer> =>
  at.ask(COMPLETE, { ticket, callbackUrl });

/** The whole way, as somebody of the provider. */
const signIn = async (name: string, at: TestUsers = users): Promise<Answer> => {
  const { url, ticket } = await begin(at);
  return complete(ticket, await provider.visit(url, name), at);
};

const userOf = ({ data }: Answer) => Completed.parse(data).completeOidcLogin.user;
const refusal = ({ errors }: Answer) => ({ code: errors?.[0]?.extensions.code, sentence: errors?.[0]?.message });
const know = (name: string, verified = true): string => {
  const email = `${name}@devstudio.test`;
  provider.people.set(name, { email, verified });
  return email;
};
const audit = (userId: string, at: TestUsers = users) =>
  at.database.sql('select action, details from audit.events where target_id = $1 order by id', [userId]);

describe('signing in with an identity provider', () => {
  test('links the account of a verified e-mail address, and finds it again by who it is there', async () => {
    const id = await users.account(know('ada'));
    expect(userOf(await signIn('ada')).id).toBe(id);
    // The address at the provider may change, and be given to somebody else: it counts no more.
    provider.people.set('ada', { email: 'other@devstudio.test', verified: false });
    expect(userOf(await signIn('ada')).id).toBe(id);
    expect(await audit(id)).toEqual([
      { action: 'oidc.linked', details: { issuer: provider.issuer } },
      { action: 'sign-in.succeeded', details: { via: 'oidc' } },
      { action: 'sign-in.succeeded', details: { via: 'oidc' } },
    ]);
  });

  test('is refused to whoever only claims the e-mail address of an account', async () => {
    const id = await users.account(know('mallory', false));
    expect(refusal(await signIn('mallory'))).toEqual({
      code: 'UNAUTHENTICATED',
      sentence: 'The identity provider has not verified your e-mail address.',
    });
    expect(await audit(id)).toEqual([]);
  });

  test('is refused to a second person with the address of an account that is linked', async () => {
    await users.account(know('first'));
    await signIn('first');
    provider.people.set('second', { email: 'first@devstudio.test', verified: true });
    expect(refusal(await signIn('second')).sentence).toContain('linked to somebody else');
  });

  test('is refused to strangers, unless accounts are made: without tokens, and without a password', async () => {
    const email = know('stranger');
    expect(refusal(await signIn('stranger')).sentence).toContain('You have no account here');
    const user = userOf(await signIn('stranger', generous));
    expect(user).toMatchObject({ email, role: 'DEVELOPER' });
    expect(userOf(await signIn('stranger', generous)).id).toBe(user.id);
    expect((await audit(user.id, generous)).map(({ action }) => action)).toEqual([
      'user.created',
      'oidc.linked',
      'sign-in.succeeded',
      'sign-in.succeeded',
    ]);
    provider.people.set('squatter', { email: 'victim@devstudio.test', verified: false });
    expect(refusal(await signIn('squatter', generous)).sentence).toContain('not verified');
  });

  test('is refused to a suspended account, linked or not', async () => {
    const id = await users.account(know('gone'));
    await signIn('gone');
    await users.database.sql("update users.accounts set status = 'SUSPENDED' where id = $1", [id]);
    await users.account(know('never'), { status: 'SUSPENDED' });
    for (const name of ['gone', 'never']) {
      expect(refusal(await signIn(name))).toEqual({
        code: 'UNAUTHENTICATED',
        sentence: 'This account is suspended: ask an admin.',
      });
    }
  });

  test('is refused to whom the provider refuses', async () => {
    expect(refusal(await signIn('nobody'))).toEqual({
      code: 'UNAUTHENTICATED',
      sentence: 'Test Provider did not let you in.',
    });
  });
});

describe('a ticket', () => {
  test('is good once, even of many at the same time', async () => {
    await users.account(know('once'));
    const { url, ticket } = await begin();
    const back = await provider.visit(url, 'once');
    const answers = await Promise.all(Array.from({ length: 8 }, () => complete(ticket, back)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(1);
    expect(refusal(await complete(ticket, back)).code).toBe('UNAUTHENTICATED');
  });

  test('does not fit the way back of another browser: neither a victim’s nor an attacker’s', async () => {
    await users.account(know('victim'));
    const [mine, other] = await Promise.all([begin(), begin()]);
    const back = await provider.visit(mine.url, 'victim');
    expect(refusal(await complete(other.ticket, back)).sentence).toContain('does not belong to this sign-in');
    // With the state of the right one, the nonce and PKCE's verifier still are not its own.
    const third = await begin();
    const forged = new URL(back);
    forged.searchParams.set('state', new URL(third.url).searchParams.get('state') ?? '');
    expect(refusal(await complete(third.ticket, forged.href)).code).toBe('UNAUTHENTICATED');
  });

  test('ends after ten minutes, and is kept as a hash beside what is sealed', async () => {
    await users.account(know('slow'));
    const { url, ticket } = await begin();
    const back = await provider.visit(url, 'slow');
    const rows = await users.database.sql('select ticket_hash, sealed from users.oidc_sign_ins');
    const text = JSON.stringify(rows.map((row) => Object.values(row).map(String)));
    expect(text).not.toContain(ticket);
    expect(text).not.toContain(new URL(url).searchParams.get('state'));
    await users.database.sql("update users.oidc_sign_ins set expires_at = expires_at - interval '10 minutes'");
    expect(refusal(await complete(ticket, back)).code).toBe('UNAUTHENTICATED');
  });

  test('that is malformed is bad input', async () => {
    expect(refusal(await complete('x', CALLBACK)).code).toBe('BAD_USER_INPUT');
    expect(refusal(await complete('x'.repeat(43), 'nowhere')).code).toBe('BAD_USER_INPUT');
  });

  test('is one of fifty of an address at most', async () => {
    for (let count = 0; count < 52; count += 1) await begin(generous);
    const [row] = await generous.database.sql('select count(*)::int as open from users.oidc_sign_ins');
    expect(row?.['open']).toBe(50);
  });
});

test('a provider that is down is said to be', async () => {
  const passing = await startIdentityProvider(CALLBACK);
  const late = await startTestUsers(createLog('test', 'silent'), { ...passing.env, DEVSTUDIO_PUBLIC_URL: STUDIO });
  await passing.stop();
  expect(refusal(await late.ask(BEGIN))).toEqual({
    code: 'SERVICE_UNAVAILABLE',
    sentence: 'Test Provider does not answer at the moment.',
  });
  await late.stop();
});

test('without a provider there is none to sign in with', async () => {
  const plain = await startTestUsers();
  expect(refusal(await plain.ask(BEGIN)).code).toBe('NOT_FOUND');
  expect((await plain.ask('{ signInOptions { oidcProvider passwordResetByMail } }')).data).toEqual({
    signInOptions: { oidcProvider: null, passwordResetByMail: false },
  });
  expect((await users.ask('{ signInOptions { oidcProvider } }')).data).toEqual({
    signInOptions: { oidcProvider: 'Test Provider' },
  });
  await plain.stop();
});
