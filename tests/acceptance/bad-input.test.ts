import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { serveSubgraph } from '#mesh/subgraph.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { openAccessTokens } from '#subgraphs/users/access-tokens.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const Extensions = z.object({ code: z.string(), mend: z.string(), requestId: z.string() });
const RpcData = z.object({ code: z.string(), mend: z.string(), request_id: z.string() });
/** A refusal in GraphQL's shape or in JSON-RPC's; every one has a code, a mend and a request id. */
const RefusalBody = z.union([
  z
    .object({ errors: z.array(z.object({ message: z.string(), extensions: Extensions })).min(1) })
    .transform(({ errors }) => {
      const [first] = errors;
      return { message: first?.message, ...first?.extensions, rpcCode: undefined };
    }),
  z.object({ error: z.object({ code: z.int(), message: z.string(), data: RpcData }) }).transform(({ error }) => ({
    message: error.message,
    code: error.data.code,
    mend: error.data.mend,
    requestId: error.data.request_id,
    rpcCode: error.code,
  })),
]);

describe('bad input', () => {
  let studio: TestStudio;
  let token: string;

  const post = async (path: string, body: string, bearer?: string) => {
    const response = await fetch(`${studio.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body,
    });
    const text = await response.text();
    return { status: response.status, text, ...RefusalBody.parse(JSON.parse(text)) };
  };
  const graphql = (query: string, variables: unknown = {}, bearer: string | undefined = token) =>
    post('/graphql', JSON.stringify({ query, variables }), bearer);

  beforeAll(async () => {
    studio = await startStudio();
    token = await studio.login();
  });

  afterAll(() => studio.stop());

  test('an unknown field is refused by name', async () => {
    const refusal = await graphql('{ me { shoeSize } }');
    expect(refusal).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(refusal.text).toContain('shoeSize');
  });

  test('a document that is not GraphQL is refused', async () => {
    expect(await graphql('{ me {')).toMatchObject({ status: 400, code: 'GRAPHQL_PARSE_FAILED' });
  });

  test('JSON that is not JSON is refused on every door', async () => {
    expect(await post('/graphql', '{"query": ', token)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    const rpc = await post('/rpc/llm.chat', '{"model": ', token);
    expect(rpc).toMatchObject({ status: 400, rpcCode: -32_700 });
  });

  test('a body of 2 MiB is refused before it is read', async () => {
    const body = JSON.stringify({ query: `{ me { id } } #${'x'.repeat(2 * 1024 * 1024)}` });
    expect(await post('/graphql', body, token)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    expect(await post('/rpc/llm.chat', body, token)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  });

  test('a query that is 10,000 deep is refused', async () => {
    const deep = `{ projects ${'{ owner '.repeat(10_000)}{ id }${' }'.repeat(10_000)} }`;
    expect(await graphql(deep)).toMatchObject({ status: 400, code: 'DOCUMENT_TOO_LARGE' });
  });

  test('an unknown model is refused with the names of those that are installed', async () => {
    const refusal = await post(
      '/rpc/llm.chat',
      JSON.stringify({ model: 'no-such-model', messages: [{ role: 'user', content: 'Hello' }] }),
      token,
    );
    expect(refusal).toMatchObject({ status: 500, code: 'MODEL_NOT_LOADED' });
    expect(refusal.text).toContain('starter');
  });

  test('negative tokens are refused wherever tokens are given', async () => {
    const { body } = await studio.graphql('{ me { id } }', { token });
    const { id } = z.object({ me: z.object({ id: z.string() }) }).parse(body.data).me;
    expect(await graphql('mutation ($id: ID!) { grantTokens(userId: $id, tokens: -5) { id } }', { id })).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
    });
    expect(
      await graphql(
        'mutation { createUser(input: { email: "a@b.test", password: "a long password", tokens: -1 }) { id } }',
      ),
    ).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(
      await graphql(
        'mutation { chat(input: { model: "starter", messages: [{ role: USER, content: "Hi" }], maxTokens: -1 }) { text } }',
      ),
    ).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    expect(
      await post(
        '/rpc/llm.chat',
        '{"model":"starter","messages":[{"role":"user","content":"Hi"}],"max_tokens":-1}',
        token,
      ),
    ).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('a wrong password and an unknown e-mail are answered alike', async () => {
    const wrong = await post('/rpc/auth.login', JSON.stringify({ ...studio.admin, password: 'wrong password' }));
    const unknown = await post(
      '/rpc/auth.login',
      JSON.stringify({ email: 'who@else.test', password: 'wrong password' }),
    );
    for (const refusal of [wrong, unknown]) expect(refusal).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(wrong.message).toBe(unknown.message);
  });

  test('no token, a made-up one and one that was signed out are refused with 401', async () => {
    const signedOut = await studio.login();
    await studio.graphql('mutation { logout }', { token: signedOut });
    for (const bearer of [undefined, 'made-up', `${token.slice(0, -4)}AAAA`, signedOut]) {
      const refusal = await post('/graphql', JSON.stringify({ query: '{ models { name } }' }), bearer);
      expect(refusal, String(bearer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      const rpc = await post('/rpc/llm.list_models', '{}', bearer);
      expect(rpc, String(bearer)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    }
  });

  test('an expired token is refused, and told so', async () => {
    const { database } = studio;
    const log = createLog('test', 'silent');
    const pool = await openPool(serviceAddress(database.url, 'users', database.secret), log);
    const tokens = await openAccessTokens(pool, database.secret('signing-keys'));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    const { token: old } = await tokens.issue({ id: randomUUID(), user: { id: randomUUID(), role: 'ADMIN' } });
    vi.useRealTimers();
    await pool.end();
    const refusal = await post('/rpc/llm.list_models', '{}', old);
    expect(refusal).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', message: 'The access token has expired.' });
  });

  test('a subgraph that is called without the gateway’s signature answers nobody', async () => {
    const log = createLog('test', 'silent');
    const { config, database } = studio;
    const sandbox = await startSandbox({ config, databaseUrl: database.url, secret: database.secret, log });
    const served = await serveSubgraph(sandbox, { ...config, ports: { ...config.ports, sandbox: 0 } }, log);
    const ask = (headers: Record<string, string>) =>
      fetch(`${served.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ projects { id } }' }),
      });
    const forged = `${Buffer.from('{"caller":{"role":"ADMIN"}}').toString('base64url')}.${randomBytes(32).toString('base64url')}`;
    for (const headers of [{}, { 'x-devstudio-identity': forged }, { authorization: `Bearer ${token}` }]) {
      const response = await ask(headers);
      expect(response.status).toBe(401);
      expect(await response.text()).toContain('UNAUTHENTICATED');
    }
    await served.stop(0);
    await sandbox.stop();
  });

  test('after all of it the studio lives, nothing was written and nothing was billed', async () => {
    expect((await fetch(`${studio.url}/healthz`)).status).toBe(200);
    const { body } = await studio.graphql('{ me { id } users { email } projects { id } conversations { id } }', {
      token,
    });
    expect(body).toMatchObject({ data: { users: [{ email: studio.admin.email }], projects: [], conversations: [] } });
    expect(await studio.database.sql('select 1 from billing.token_usage')).toEqual([]);
    expect(await studio.database.sql("select 1 from billing.llm_requests where state = 'open'")).toEqual([]);
  });

  test('no refusal shows where in the code it was made', async () => {
    const refusal = await graphql('{ me { shoeSize } }');
    expect(refusal.text).not.toMatch(/node_modules|\.ts:\d+|at \w+ \(/);
  });
});
