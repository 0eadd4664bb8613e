import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { METHODS } from '#gateway/rpc/methods.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const EXAMPLES = join(import.meta.dirname, '../../schemas/rpc/examples');
const Example = z.object({
  request: z.object({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number()]),
    method: z.string(),
    params: z.unknown().optional(),
  }),
  response: z.record(z.string(), z.unknown()),
});
const exampleOf = async (method: string): Promise<z.infer<typeof Example>> =>
  Example.parse(JSON.parse(await readFile(join(EXAMPLES, `${method}.json`), 'utf8')));

const Rpc = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.int(), data: z.object({ code: z.string() }) }).optional(),
});

const Tokens = z.object({ access_token: z.string(), refresh_token: z.string() });

describe('JSON-RPC on the whole studio', () => {
  let studio: TestStudio;
  let token: string;
  let ada: string;

  const post = async (path: string, body: unknown, bearer?: string) => {
    const response = await fetch(`${studio.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: Rpc.parse(await response.json()) };
  };

  const PASSWORD = 'correct horse battery';
  const makeAccount = async (account: { email: string; tokens?: number; role?: string }): Promise<void> => {
    const { body } = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { ...account, password: PASSWORD } },
      token,
    });
    if (body.errors) throw new Error(body.errors[0]?.message);
  };

  beforeAll(async () => {
    studio = await startStudio();
    token = await studio.login();
    // The account of the examples.
    await makeAccount({ email: 'ada@example.org', tokens: 10_000 });
    ada = await studio.login('ada@example.org', PASSWORD);
  });

  afterAll(() => studio.stop());

  const result = async (method: string, params: unknown, bearer?: string) =>
    z.record(z.string(), z.unknown()).parse((await post(`/rpc/${method}`, params, bearer)).body.result);
  const signIn = async (): Promise<z.infer<typeof Tokens>> =>
    Tokens.parse(await result('auth.login', { email: 'ada@example.org', password: PASSWORD }));

  /** The file that others are about. */
  const writeExample = async () => {
    await result('fs.write', (await exampleOf('fs.write')).request.params, ada);
    return {};
  };

  /** What an example cannot know: ids and tokens of this studio, and who asks when it is not ada. */
  const PREPARED: Readonly<
    Record<string, () => Promise<{ readonly params?: Readonly<Record<string, unknown>>; readonly bearer?: string }>>
  > = {
    'auth.refresh': async () => ({ params: { refresh_token: (await signIn()).refresh_token } }),
    'auth.logout': async () => ({ bearer: (await signIn()).access_token }),
    'auth.create_user': () => {
      const params = { email: `${randomUUID()}@example.org`, password: PASSWORD };
      return Promise.resolve({ params, bearer: token });
    },
    'auth.revoke_key': async () => {
      const { key } = z
        .object({ key: z.object({ id: z.string() }) })
        .parse(await result('auth.create_key', { name: 'to revoke' }, ada));
      return { params: { id: key.id } };
    },
    'fs.delete': writeExample,
    'fs.list': writeExample,
    // A place that is free, however often it was moved before.
    'fs.move': async () => {
      await writeExample();
      return { params: { to: `moved/${randomUUID()}.py` } };
    },
    'fs.read': writeExample,
    'llm.download': () => Promise.resolve({ bearer: token }),
    'llm.start': () => Promise.resolve({ bearer: token }),
    'llm.stop': () => Promise.resolve({ bearer: token }),
  };

  test.each([...METHODS.keys()])('the example of %s is replayed on both doors', async (name) => {
    const method = METHODS.get(name);
    const { request, response } = await exampleOf(name);
    for (const path of ['/rpc', `/rpc/${name}`]) {
      const { params = {}, bearer = method?.open === true ? undefined : ada } = (await PREPARED[name]?.()) ?? {};
      const answer = await post(path, { ...request, params: { ...Object(request.params), ...params } }, bearer);
      expect(answer.status).toBe(200);
      expect(answer.body.error).toBeUndefined();
      expect(answer.body.id).toBe(request.id);
      expect(method?.contract.result(answer.body.result)).toBeNull();
      // Ids, times, tokens and measures differ from run to run; their names do not.
      expect(Object.keys(answer.body.result ?? {})).toEqual(Object.keys(Object(response['result'])));
    }
  });

  test('the example of fs.write is answered to the letter', async () => {
    const { request, response } = await exampleOf('fs.write');
    expect((await post('/rpc', request, ada)).body).toEqual(response);
  });

  test.each([...METHODS.keys()])('%s says whether it needs a credential as the graph does', async (name) => {
    const method = METHODS.get(name);
    const { request } = await exampleOf(name);
    const { params = {} } = (await PREPARED[name]?.()) ?? {};
    const variables = { ...method?.variables({ ...Object(request.params), ...params }) };
    const { body } = await studio.graphql(method?.document ?? '', { variables });
    expect(body.errors?.[0]?.extensions['code'] !== 'UNAUTHENTICATED').toBe(method?.open);
  });

  test('the token of auth.login opens the other methods', async () => {
    const login = await post('/rpc/auth.login', { email: 'ada@example.org', password: PASSWORD });
    const { access_token: bearer } = z.object({ access_token: z.string() }).parse(login.body.result);
    const models = await post('/rpc/llm.list_models', {}, bearer);
    const starter = expect.objectContaining({ name: 'starter', kind: 'chat' });
    expect(models).toMatchObject({ status: 200, body: { result: { models: expect.arrayContaining([starter]) } } });
  });

  test('a wrong password, a missing and a bad token are HTTP 401 and −32001', async () => {
    const chat = { model: 'starter', messages: [{ role: 'user', content: 'hello' }] };
    const refused = { status: 401, body: { error: { code: -32_001, data: { code: 'UNAUTHENTICATED' } } } };
    expect(await post('/rpc/auth.login', { email: 'ada@example.org', password: 'wrong' })).toMatchObject(refused);
    expect(await post('/rpc/llm.chat', chat)).toMatchObject(refused);
    expect(await post('/rpc/llm.chat', chat, 'x.y.z')).toMatchObject(refused);
  });

  test('llm.chat answers with the usage that is billed', async () => {
    const chat = { model: 'starter', messages: [{ role: 'user', content: 'What is the studio?' }], max_tokens: 16 };
    const { status, body } = await post('/rpc/llm.chat', chat, ada);
    expect(status).toBe(200);
    const { id, usage } = z
      .object({
        id: z.string(),
        usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
      })
      .parse(body.result);
    const rows = await studio.database.sql(
      'select prompt_tokens::int, completion_tokens::int, total_tokens::int from billing.token_usage where request_id = $1',
      [id],
    );
    expect(rows).toEqual([usage]);
  });

  test('a user without tokens is HTTP 429 and −32029', async () => {
    await makeAccount({ email: 'poor@example.org', tokens: 0 });
    const poor = await studio.login('poor@example.org', PASSWORD);
    const chat = { model: 'starter', messages: [{ role: 'user', content: 'hello' }] };
    expect(await post('/rpc/llm.chat', chat, poor)).toMatchObject({
      status: 429,
      body: { error: { code: -32_029, data: { code: 'BUDGET_EXCEEDED' } } },
    });
  });

  test('a model that is not there is HTTP 500 and −32050', async () => {
    const chat = { model: 'nothing', messages: [{ role: 'user', content: 'hello' }] };
    expect(await post('/rpc/llm.chat', chat, ada)).toMatchObject({
      status: 500,
      body: { error: { code: -32_050, data: { code: 'MODEL_NOT_LOADED' } } },
    });
  });

  test('a viewer who writes is HTTP 403 and −32003', async () => {
    await makeAccount({ email: 'viewer@example.org', role: 'VIEWER' });
    const viewer = await studio.login('viewer@example.org', PASSWORD);
    expect(await post('/rpc/fs.write', { path: 'a', content: 'x' }, viewer)).toMatchObject({
      status: 403,
      body: { error: { code: -32_003, data: { code: 'FORBIDDEN' } } },
    });
  });

  test.each([
    ['a path out of the project', { path: '../../etc/passwd', content: 'x' }, 'PATH_REFUSED'],
    ['an absolute path', { path: '/etc/passwd', content: 'x' }, 'PATH_REFUSED'],
    ['a byte too much', { path: 'big', content: 'x'.repeat(524_289) }, 'SIZE_REFUSED'],
  ])('fs.write of %s is HTTP 403 and −32013', async (_, params, code) => {
    expect(await post('/rpc/fs.write', params, ada)).toMatchObject({
      status: 403,
      body: { error: { code: -32_013, data: { code } } },
    });
  });

  test('fs.write of exactly 524288 bytes is taken, in base64 too', async () => {
    const bytes = Buffer.alloc(524_288, 0xff);
    expect(
      await post('/rpc/fs.write', { path: 'big', content: bytes.toString('base64'), encoding: 'base64' }, ada),
    ).toMatchObject({ status: 200, body: { result: { size: 524_288 } } });
    expect(await post('/rpc/fs.write', { path: 'big', content: 'x'.repeat(524_288) }, ada)).toMatchObject({
      status: 200,
    });
  });

  test('fs.read and fs.list see what fs.write wrote, text and bytes', async () => {
    await post('/rpc/fs.write', { path: 'src/bytes', content: '/w==', encoding: 'base64' }, ada);
    await post('/rpc/fs.write', { path: 'src/deep/text', content: 'grün' }, ada);
    const bytes = await result('fs.read', { path: 'src/bytes', encoding: 'base64' }, ada);
    expect(bytes).toMatchObject({ content: '/w==', encoding: 'base64', size: 1 });
    expect(await result('fs.read', { path: 'src/deep/text' }, ada)).toMatchObject({
      content: 'grün',
      encoding: 'utf8',
    });
    expect(await post('/rpc/fs.read', { path: 'src/bytes' }, ada)).toMatchObject({ status: 400 });
    expect(await result('fs.list', { path: 'src/deep' }, ada)).toMatchObject({ files: [{ path: 'src/deep/text' }] });
    expect(await post('/rpc/fs.read', { path: 'src/nothing' }, ada)).toMatchObject({ status: 404 });
  });

  test('fs.mkdir, fs.move and fs.delete change what fs.list sees, and refuse what is not there', async () => {
    await result('fs.mkdir', { path: 'box/empty' }, ada);
    const { version } = z
      .looseObject({ version: z.string() })
      .parse(await result('fs.write', { path: 'box/a', content: '1', if_version: '' }, ada));
    expect(await post('/rpc/fs.write', { path: 'box/a', content: '2', if_version: '' }, ada)).toMatchObject({
      status: 409,
    });
    expect(await result('fs.move', { path: 'box', to: 'crate', if_version: '' }, ada).catch(() => null)).toBeNull();
    expect(await result('fs.move', { path: 'box', to: 'crate' }, ada)).toEqual({ path: 'crate', from: 'box' });
    expect(await result('fs.list', { path: 'crate' }, ada)).toMatchObject({ files: [{ path: 'crate/a', version }] });
    expect(await result('fs.delete', { path: 'crate/a', if_version: version }, ada)).toEqual({ path: 'crate/a' });
    expect(await post('/rpc/fs.delete', { path: 'crate/a' }, ada)).toMatchObject({ status: 404 });
    expect(await post('/rpc/fs.move', { path: 'crate', to: '../out' }, ada)).toMatchObject({ status: 403 });
  });

  test.each(['fs.read', 'fs.list'])('%s of a path out of the project is HTTP 403 and −32013', async (method) => {
    for (const path of ['../../etc/passwd', '/etc/passwd']) {
      expect(await post(`/rpc/${method}`, { path }, ada)).toMatchObject({
        status: 403,
        body: { error: { code: -32_013, data: { code: 'PATH_REFUSED' } } },
      });
    }
  });

  test('llm.download, llm.start and llm.stop are for admins: HTTP 403 and −32003 for others', async () => {
    for (const method of ['llm.download', 'llm.start', 'llm.stop']) {
      expect(await post(`/rpc/${method}`, { model: 'starter' }, ada)).toMatchObject({
        status: 403,
        body: { error: { code: -32_003 } },
      });
    }
  });

  test("fs.write to somebody else's project is HTTP 404", async () => {
    const { body } = await studio.graphql('mutation { createProject(name: "mine") { id } }', { token });
    const { createProject } = z.object({ createProject: z.object({ id: z.string() }) }).parse(body.data);
    const answer = await post('/rpc/fs.write', { project: createProject.id, path: 'a', content: 'x' }, ada);
    expect(answer).toMatchObject({ status: 404, body: { error: { data: { code: 'NOT_FOUND' } } } });
  });
});
