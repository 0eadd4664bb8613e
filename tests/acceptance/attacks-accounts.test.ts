import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { TestStudio } from '#tests/harness/studio.ts';
import { PASSWORD, startAttacked, type Attacked } from './attacked.ts';

/** Keys, sessions, use and bills: what belongs to an account, attacked by another one. */

const CREATE = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }';
const Made = z.object({
  data: z.object({ createApiKey: z.object({ secret: z.string(), apiKey: z.object({ id: z.uuid() }) }) }),
});
const SESSIONS = '{ me { sessions { id address current } } }';
const Sessions = z.object({
  data: z.object({
    me: z.object({ sessions: z.array(z.object({ id: z.uuid(), address: z.string(), current: z.boolean() })) }),
  }),
});

let attacked: Attacked;
let studio: TestStudio;
let ask: Attacked['ask'];
let attempt: Attacked['attempt'];
let dev: string;
let admin: string;
let victim: Attacked['victim'];
/** The attacker's own key, the victim's, and a session of the victim. */
let ownKey: string;
let theirKey: { readonly id: string; readonly secret: string };
let theirSession: string;

const makeKey = async (token: string, input: Readonly<Record<string, unknown>>) => {
  const { createApiKey } = Made.parse(
    JSON.parse((await ask({ query: CREATE, variables: { input }, token })).text),
  ).data;
  return { id: createApiKey.apiKey.id, secret: createApiKey.secret };
};

/** Uses a key for the first time. That is noted once a minute, and is no change that an attack has made afterwards. */
const use = async (secret: string, name: string): Promise<void> => {
  await ask({ query: '{ me { id } }', token: secret });
  await vi.waitFor(async () => {
    const noted = 'select 1 from users.api_keys where name = $1 and last_used_at is not null';
    if ((await studio.database.sql(noted, [name])).length === 0) throw new Error('the use is not noted yet');
  });
};

beforeAll(async () => {
  attacked = await startAttacked();
  ({ studio, ask, attempt, dev, admin, victim } = attacked);
  ({ secret: ownKey } = await makeKey(dev, { name: 'own' }));
  theirKey = await makeKey(victim.token, { name: 'theirs' });
  const { text } = await ask({ query: SESSIONS, token: victim.token });
  theirSession = z.uuid().parse(Sessions.parse(JSON.parse(text)).data.me.sessions[0]?.id);
  await use(ownKey, 'own');
});

afterAll(() => attacked.stop());

describe('what is almost a key is none:', () => {
  const hash = () => createHash('sha256').update(theirKey.secret);
  const tricks: Readonly<Record<string, () => string>> = {
    'its letters in upper case': () => theirKey.secret.toUpperCase(),
    'its letters in lower case': () => theirKey.secret.toLowerCase(),
    'one letter less': () => theirKey.secret.slice(0, -1),
    'one letter more': () => `${theirKey.secret}A`,
    'a dot behind it': () => `${theirKey.secret}.`,
    'the prefix that is shown': () => theirKey.secret.slice(0, 12),
    'the prefix of all keys': () => 'cds_',
    'its hash': () => hash().digest('hex'),
    'its hash behind the prefix': () => `cds_${hash().digest('hex')}`,
    'its hash as the random part': () => `cds_${hash().digest('base64url')}`,
    'its id': () => theirKey.id,
    'its id behind the prefix': () => `cds_${theirKey.id}`,
    'a wildcard': () => 'cds_%',
  };
  test.each(Object.entries(tricks))('%s', async (_, key) => {
    for (const headers of [{ authorization: `Bearer ${key()}` }, { 'x-api-key': key() }]) {
      const answer = await attempt({ query: '{ me { id } }', headers });
      expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', changed: [] });
      expect(answer.text).not.toContain(victim.id);
    }
  });

  test.each(['api_key', 'apiKey', 'key', 'x-api-key', 'access_token'])('one in the address as %s', async (name) => {
    for (const path of ['/graphql', '/rpc/llm.list_models']) {
      const answer = await attempt({
        query: '{ me { id } }',
        path: `${path}?${name}=${encodeURIComponent(theirKey.secret)}`,
        ...(path === '/graphql' ? {} : { body: {} }),
      });
      expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', changed: [] });
    }
  });

  test('one in a cookie', async () => {
    const headers = { cookie: `x-api-key=${theirKey.secret}; authorization=Bearer ${theirKey.secret}` };
    expect(await attempt({ query: '{ me { id } }', headers })).toMatchObject({ status: 401, changed: [] });
  });
});

describe('a key reaches no further than it was made for:', () => {
  test.each([
    ['the sessions of its owner', 'mutation { logoutEverywhere }'],
    ['one of them', `mutation { revokeSession(id: "${randomUUID()}") }`],
    ['the password', `mutation { changePassword(current: "${PASSWORD}", next: "another long password") }`],
  ])('%s', async (_, query) => {
    expect(await attempt({ query, token: ownKey })).toMatchObject({ code: 'FORBIDDEN', changed: [] });
  });

  test.each(['models:read', 'inference:run'])('with %s alone it reads nothing of its owner', async (scope) => {
    const { secret } = await makeKey(dev, { name: scope, scopes: [scope] });
    await use(secret, scope);
    const month = 'window: { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }';
    for (const field of [
      'apiKeys { id }',
      'sessions { id }',
      'totpEnabled',
      'usage { requests }',
      `usageSeries(${month}) { at }`,
      'ledger { id }',
      'ledgerCsv',
      'quotas { id }',
      'forecast { engine }',
      'accountData',
      'projectData { next }',
      'conversationData { next }',
    ]) {
      const answer = await attempt({ query: `{ me { id ${field} } }`, token: secret });
      expect(answer, field).toMatchObject({ code: 'FORBIDDEN', changed: [] });
    }
    for (const query of [
      '{ conversations { id } }',
      `{ conversation(id: "${randomUUID()}") { id } }`,
      '{ projects { id } }',
      '{ project { id } }',
      `mutation { revokeApiKey(id: "${theirKey.id}") { id } }`,
    ]) {
      const answer = await attempt({ query, token: secret });
      expect(['FORBIDDEN', 'NOT_FOUND'], query).toContain(answer.code);
      expect(answer.changed).toEqual([]);
    }
    const open = await ask({ query: '{ me { id email role balance { available } } }', token: secret });
    expect(open.text).not.toContain('errors');
  });

  test('an admin’s that only reads manages nothing', async () => {
    const { secret } = await makeKey(admin, { name: 'reads', scopes: ['models:read'] });
    await use(secret, 'reads');
    for (const query of [
      '{ users { email } }',
      'mutation { setQuota(input: { subject: { kind: INSTALLATION }, unit: TOKENS, period: DAY, limit: "1" }) { id } }',
      'mutation { createApiKey(input: { name: "more", scopes: ["users:manage"] }) { secret } }',
      `mutation { setUserRole(id: "${attacked.devId}", role: ADMIN) { id } }`,
    ]) {
      expect(await attempt({ query, token: secret }), query).toMatchObject({ code: 'FORBIDDEN', changed: [] });
    }
  });

  test('a developer’s is not made with more than a developer may', async () => {
    for (const scopes of [['users:manage'], ['models:manage'], ['audit:read'], ['everything'], ['*']]) {
      const answer = await attempt({ query: CREATE, variables: { input: { name: 'x', scopes } }, token: dev });
      expect(['FORBIDDEN', 'BAD_USER_INPUT'], answer.text).toContain(answer.code);
      expect(answer.changed).toEqual([]);
    }
  });
});

describe('what belongs to another account is out of reach:', () => {
  const rows: Readonly<Record<string, () => { query: string; variables: Readonly<Record<string, unknown>> }>> = {
    'its key': () => ({
      query: 'mutation ($id: ID!) { revokeApiKey(id: $id) { id } }',
      variables: { id: theirKey.id },
    }),
    'its session': () => ({
      query: 'mutation ($id: ID!) { revokeSession(id: $id) }',
      variables: { id: theirSession },
    }),
  };
  test.each(Object.entries(rows))('%s is answered like one that does not exist', async (_, row) => {
    const { query, variables } = row();
    const theirs = await attempt({ query, variables, token: dev });
    const nobodys = await attempt({ query, variables: { id: randomUUID() }, token: dev });
    expect(theirs).toMatchObject({ status: nobodys.status, code: nobodys.code, changed: [] });
    expect((await ask({ query: '{ me { id } }', token: victim.token })).text).toContain(victim.id);
    expect((await ask({ query: '{ me { id } }', token: theirKey.secret })).text).toContain(victim.id);
  });

  test('a key in its name', async () => {
    const variables = { input: { name: 'x', userId: victim.id } };
    expect(await attempt({ query: CREATE, variables, token: dev })).toMatchObject({ code: 'FORBIDDEN', changed: [] });
  });

  test.each([
    '($id: ID!) { user(id: $id) { email sessions { id } apiKeys { id } } }',
    '($id: ID!) { usage(filter: { userId: $id }) { requests } }',
    '($id: ID!) { usageSeries(window: {}, filter: { userId: $id }) { at } }',
    '($id: ID!) { ledger(filter: { userId: $id }) { id tokens } }',
    '($id: ID!) { ledgerCsv(filter: { userId: $id }) }',
    '($id: ID!) { quotas(subject: { kind: USER, id: $id }) { limit } }',
    '($id: ID!) { auditLog(filter: { actorId: $id }) { id } }',
    '{ usageAnomalies { apiKey { id } } }',
    '{ signingKeys { kid } }',
  ])('query %s', async (query) => {
    const variables = query.includes('$id') ? { id: victim.id } : {};
    const answer = await attempt({ query: `query ${query}`, variables, token: dev });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN', changed: [] });
    expect(answer.text).not.toContain('victim@devstudio.test');
  });

  test.each([
    '($id: ID!) { resetTotp(userId: $id) { id } }',
    '($id: ID!) { createPasswordResetLink(userId: $id) { url } }',
    '($id: ID!) { eraseUser(id: $id, email: "victim@devstudio.test") { __typename } }',
    '($id: ID!) { setMonthlyLimit(userId: $id, tokens: 0) { id } }',
    '($id: ID!) { setQuota(input: { subject: { kind: USER, id: $id }, unit: TOKENS, period: DAY, limit: "0" }) { id } }',
    '{ removeQuota(id: "1") }',
    '{ setModelPrice(input: { model: "starter", prompt: "0", completion: "0" }) { model } }',
    '{ rotateSigningKeys { kid } }',
  ])('mutation %s', async (query) => {
    const variables = query.includes('$id') ? { id: victim.id } : {};
    const answer = await attempt({ query: `mutation ${query}`, variables, token: dev });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN', changed: [] });
  });
});

test('an address that a client claims stands nowhere', async () => {
  const login = `mutation { login(email: "dev@devstudio.test", password: "${PASSWORD}") { accessToken } }`;
  const headers = { 'x-forwarded-for': '203.0.113.66', 'x-real-ip': '203.0.113.66', forwarded: 'for=203.0.113.66' };
  const { text } = await ask({ query: login, headers });
  const Login = z.object({ data: z.object({ login: z.object({ accessToken: z.string() }) }) });
  const token = Login.parse(JSON.parse(text)).data.login.accessToken;
  const { sessions } = Sessions.parse(JSON.parse((await ask({ query: SESSIONS, token })).text)).data.me;
  expect(sessions.find(({ current }) => current)?.address).toBe('127.0.0.1');
  expect(
    await studio.database.sql("select 1 from audit.events where address is not null and address <> '127.0.0.1'"),
  ).toEqual([]);
});
