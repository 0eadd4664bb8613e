import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { MAX_BATCH } from '#gateway/rpc/protocol.ts';
import type { TestStudio } from '#tests/harness/studio.ts';
import { MARK, PASSWORD, startAttacked, type Attacked } from './attacked.ts';
import { stateOf } from './state.ts';

let attacked: Attacked;
let studio: TestStudio;
let ask: Attacked['ask'];
let attempt: Attacked['attempt'];
/** The attacker's token, and who that is. */
let dev: string;
let devId: string;
let admin: string;
let victim: Attacked['victim'];

beforeAll(async () => {
  attacked = await startAttacked();
  ({ studio, ask, attempt, dev, devId, admin, victim } = attacked);
});

afterAll(() => attacked.stop());

describe('rights that are written into a request are refused:', () => {
  test.each([
    [
      'an account made by a developer',
      'mutation { createUser(input: { email: "x@y.test", password: "a long password", role: ADMIN }) { id } }',
    ],
    ['tokens granted to oneself', 'mutation ($id: ID!) { grantTokens(userId: $id, tokens: 1000) { id } }'],
    ['everybody’s accounts', '{ users { email } }'],
    ['a model loaded by a developer', 'mutation { loadModel(name: "starter") { name } }'],
    [
      'everybody’s accounts behind an alias, a fragment and a directive',
      'query { a: me { id } ...F @include(if: true) } fragment F on Query { b: users { email } }',
    ],
  ])('%s', async (_, query) => {
    const answer = await attempt({ query, variables: query.includes('$id') ? { id: devId } : {}, token: dev });
    expect(answer).toMatchObject({ status: 403, code: 'FORBIDDEN', changed: [] });
    expect(answer.text).not.toContain('victim@devstudio.test');
  });

  test.each(['id', 'status', 'balance', 'granted', 'createdAt', 'ownerId', '__proto__', 'constructor'])(
    'the field %s of an account',
    async (name) => {
      const input = `{"email":"x@y.test","password":"a long password",${JSON.stringify(name)}:"ACTIVE"}`;
      const answer = await attempt({
        query: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
        variables: { input: JSON.parse(input) },
        token: admin,
      });
      expect(answer).toMatchObject({ status: 400, changed: [] });
    },
  );

  test.each([
    ['AppendMessageInput', 'appendMessage', { conversationId: randomUUID(), role: 'USER', content: 'Hi' }],
    ['WriteFileInput', 'writeFile', { path: 'a.txt', content: 'Hi' }],
    ['ChatInput', 'chat', { model: 'starter', messages: [{ role: 'USER', content: 'Hi' }] }],
  ])('another user in %s', async (type, field, input) => {
    for (const name of ['userId', 'ownerId', 'owner', 'user']) {
      const answer = await attempt({
        query: `mutation ($input: ${type}!) { ${field}(input: $input) { __typename } }`,
        variables: { input: { ...input, [name]: victim.id } },
        token: dev,
      });
      expect(answer, name).toMatchObject({ status: 400, changed: [] });
    }
  });

  test.each([
    ['llm.chat', { model: 'starter', messages: [{ role: 'user', content: 'Hi' }], user_id: 'x' }],
    ['fs.write', { path: 'a.txt', content: 'Hi', owner_id: 'x' }],
    ['auth.login', { email: 'dev@devstudio.test', password: PASSWORD, role: 'ADMIN' }],
  ])('an unknown parameter of %s', async (method, body) => {
    const answer = await attempt({ path: `/rpc/${method}`, body, token: dev });
    expect(answer).toMatchObject({ status: 400, changed: [] });
  });
});

describe('what belongs to another user is answered like what does not exist:', () => {
  test.each([
    ['a conversation', 'query ($id: ID!) { conversation(id: $id) { title messages { content } } }', 'conversation'],
    ['a project', 'query ($id: ID!) { project(id: $id) { name files { path content } } }', 'project'],
    ['a conversation to delete', 'mutation ($id: ID!) { deleteConversation(id: $id) }', 'conversation'],
    [
      'a conversation to add to',
      'mutation ($id: ID!) { appendMessage(input: { conversationId: $id, role: USER, content: "Hi" }) { id } }',
      'conversation',
    ],
    [
      'a project to write to',
      'mutation ($id: ID!) { writeFile(input: { projectId: $id, path: "a.txt", content: "Hi" }) { path } }',
      'project',
    ],
  ] as const)('%s', async (_, query, kind) => {
    const theirs = await attempt({ query, variables: { id: victim[kind] }, token: dev });
    const nobodys = await attempt({ query, variables: { id: randomUUID() }, token: dev });
    expect(theirs).toMatchObject({ status: nobodys.status, code: nobodys.code, changed: [] });
    expect(theirs.text).not.toContain(MARK);
  });

  test('and its owner has it still', async () => {
    const query = '{ conversations { title } projects { name files { content } } }';
    const { text } = await ask({ query, token: victim.token });
    expect(JSON.parse(text)).toEqual({
      data: { conversations: [{ title: MARK }], projects: [{ name: MARK, files: [{ content: MARK }] }] },
    });
  });
});

describe('a session', () => {
  const login =
    'mutation ($email: String!) { login(email: $email, password: "a password for tests") { accessToken refreshToken } }';
  const refresh = 'mutation ($token: String!) { refreshSession(refreshToken: $token) { accessToken refreshToken } }';
  const Tokens = z.object({ accessToken: z.string(), refreshToken: z.string() });
  const tokensIn = (text: string) =>
    z
      .object({ data: z.record(z.string(), Tokens) })
      .transform(({ data }) => Tokens.parse(Object.values(data)[0]))
      .parse(JSON.parse(text));
  const open = async () => tokensIn((await ask({ query: login, variables: { email: 'dev@devstudio.test' } })).text);

  test('whose refresh token is used again later ends for both who hold one', async () => {
    const first = await open();
    const second = tokensIn((await ask({ query: refresh, variables: { token: first.refreshToken } })).text);
    await studio.database.sql(
      "update users.refresh_tokens set used_at = used_at - interval '1 hour' where used_at is not null",
    );
    const replay = await ask({ query: refresh, variables: { token: first.refreshToken } });
    expect(replay).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    for (const token of [first.accessToken, second.accessToken]) {
      expect(await attempt({ query: '{ me { id } }', token })).toMatchObject({ status: 401, changed: [] });
    }
    const next = await attempt({ query: refresh, variables: { token: second.refreshToken } });
    expect(next).toMatchObject({ status: 401, changed: [] });
  });

  test('that was signed out is not refreshed', async () => {
    const { accessToken, refreshToken } = await open();
    await ask({ query: 'mutation { logout }', token: accessToken });
    const answer = await attempt({ query: refresh, variables: { token: refreshToken } });
    expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', changed: [] });
  });

  test('is not opened by an access token in the place of a refresh token, nor the other way round', async () => {
    const { accessToken, refreshToken } = await open();
    const swapped = await attempt({ query: refresh, variables: { token: accessToken } });
    expect(swapped).toMatchObject({ code: 'UNAUTHENTICATED', changed: [] });
    expect(await attempt({ query: '{ me { id } }', token: refreshToken })).toMatchObject({ status: 401, changed: [] });
  });
});

describe('headers and addresses prove nothing:', () => {
  const forged = `${Buffer.from('{"caller":{"role":"ADMIN"}}').toString('base64url')}.${randomBytes(32).toString('base64url')}`;
  const spoofs: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
    'x-user-id': () => ({ 'x-user-id': victim.id, 'x-role': 'ADMIN', 'x-scopes': 'users:manage' }),
    'x-forwarded-user': () => ({ 'x-forwarded-user': studio.admin.email, 'x-remote-user': studio.admin.email }),
    'x-forwarded-for': () => ({ 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' }),
    'the subgraphs’ identity': () => ({ 'x-devstudio-identity': forged }),
    'a cookie': () => ({ cookie: `access_token=${admin}; token=${admin}; authorization=Bearer ${admin}` }),
  };
  test.each(Object.entries(spoofs))('%s', async (_, headers) => {
    const stranger = await attempt({ query: '{ users { email } }', headers: headers() });
    expect(stranger).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', changed: [] });
    const raised = await attempt({ query: '{ users { email } }', headers: headers(), token: dev });
    expect(raised).toMatchObject({ status: 403, code: 'FORBIDDEN', changed: [] });
    expect((await ask({ query: '{ me { id } }', headers: headers(), token: dev })).text).toContain(devId);
  });

  test.each(['token', 'access_token', 'authorization', 'api_key', 'x-api-key'])(
    'a token in the address as %s',
    async (name) => {
      const answer = await attempt({ query: '{ me { id } }', path: `/graphql?${name}=${encodeURIComponent(admin)}` });
      expect(answer).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', changed: [] });
    },
  );
});

describe('many in one are not let in:', () => {
  const aliases = (count: number): string =>
    `mutation { ${Array.from({ length: count }, (_, n) => `a${n}: login(email: "dev@devstudio.test", password: "guess ${n}") { accessToken }`).join(' ')} }`;

  test.each([1_000, 21])('%i aliases of login', async (count) => {
    const answer = await attempt({ query: aliases(count) });
    expect(answer).toMatchObject({ status: 400, code: 'DOCUMENT_TOO_LARGE', changed: [] });
  });

  test('a batch of GraphQL', async () => {
    const answer = await attempt({ body: [{ query: '{ me { id } }' }, { query: '{ me { id } }' }], token: dev });
    expect(answer).toMatchObject({ status: 400, changed: [] });
    expect(answer.text).not.toContain(devId);
  });

  test('a batch of JSON-RPC that is too long', async () => {
    const params = { email: 'dev@devstudio.test', password: PASSWORD };
    const body = Array.from({ length: MAX_BATCH + 1 }, (_, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'auth.login',
      params,
    }));
    const answer = await attempt({ path: '/rpc', body });
    expect(answer.text).toContain('error');
    expect(answer).toMatchObject({ changed: [] });
    expect(answer.text).not.toContain('access_token');
  });
});

describe('a page of another site does nothing:', () => {
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'with %s',
    async (type) => {
      const answer = await attempt({
        query: 'mutation { createProject(name: "x") { id } }',
        token: dev,
        headers: { 'content-type': type },
      });
      expect(answer).toMatchObject({ status: 415, changed: [] });
    },
  );

  test('with a mutation in an address', async () => {
    const before = await stateOf(studio.database);
    const query = encodeURIComponent('mutation { createProject(name: "x") { id } }');
    const response = await fetch(`${studio.url}/graphql?query=${query}`, {
      headers: { authorization: `Bearer ${dev}` },
    });
    expect(response.status).toBe(405);
    expect(await stateOf(studio.database)).toEqual(before);
  });
});

describe('a socket', () => {
  /** All that is said on it until it is closed or the operation is answered. */
  const subscribe = async (payload: Readonly<Record<string, unknown>>, query: string): Promise<string> => {
    const socket = new WebSocket(`${studio.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    let said = '';
    const closed = new Promise<void>((done) => {
      socket.on('close', (code) => {
        said += ` closed ${code}`;
        done();
      });
    });
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      said += text;
      if (text.includes('connection_ack'))
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      if (/"type":"(?:error|complete|next)"/u.test(text)) socket.close();
    });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload }));
    await closed;
    return said;
  };
  const CHAT = 'subscription { chat(input: { model: "starter", messages: [{ role: USER, content: "Hi" }] }) { text } }';

  test.each([
    ['without a token', {}],
    ['with a role and a user', { role: 'ADMIN', userId: randomUUID(), scopes: ['inference:run'] }],
    ['with a token that is none', { authorization: 'Bearer none' }],
    ['with the token of an unsigned header', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
  ])('%s streams nothing', async (_, payload) => {
    const before = await stateOf(studio.database);
    for (const query of [CHAT, 'subscription { modelEvents { name } }']) {
      const said = await subscribe(payload, query);
      expect(said).toMatch(/UNAUTHENTICATED|closed 44/u);
      expect(said).not.toContain('"data"');
    }
    expect(await stateOf(studio.database)).toEqual(before);
  });

  test('with a developer’s token reaches no more than the token does', async () => {
    const said = await subscribe({ authorization: `Bearer ${dev}`, role: 'ADMIN' }, '{ users { email } }');
    expect(said).toContain('FORBIDDEN');
    expect(said).not.toContain('victim@devstudio.test');
  });
});
