import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ROUTES } from '#gateway/rest/routes.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'correct horse battery';
const CHAT = { model: 'starter', messages: [{ role: 'user', content: 'What is the studio?' }], max_tokens: 16 };
const EMBED = { model: 'bert', input: 'hello' };
const Bodies = z.looseObject({});

/** A body with which each POST is right. */
const BODIES: Readonly<Record<string, unknown>> = {
  '/v1/chat/completions': CHAT,
  '/chat': CHAT,
  '/v1/completions': { model: 'starter', prompt: 'What is the studio?', max_tokens: 16 },
  '/completion': { model: 'starter', prompt: 'What is the studio?', max_tokens: 16 },
  '/v1/embeddings': EMBED,
  '/embed': EMBED,
  '/v1/rerank': { model: 'ranker', query: 'hello', documents: ['hello there', 'a cat'] },
  '/v1/responses': { model: 'starter', input: 'What is the studio?', max_output_tokens: 16 },
  '/api/chat': { model: 'starter', messages: CHAT.messages, options: { num_predict: 16 }, stream: false },
  '/api/generate': { model: 'starter', prompt: 'What is the studio?', options: { num_predict: 16 }, stream: false },
  '/api/embed': EMBED,
  '/api/show': { model: 'starter' },
  '/download': { model: 'starter' },
  '/load': { model: 'starter' },
  '/unload': { model: 'starter' },
  '/admin/download': { model: 'starter' },
  '/admin/load': { model: 'starter' },
  '/admin/unload': { model: 'starter' },
};

describe('REST on the whole studio', () => {
  let studio: TestStudio;
  let admin: string;
  let ada: string;
  let project: string;

  const ask = async (
    path: string,
    {
      method = 'GET',
      body,
      token,
      headers,
    }: { method?: string; body?: unknown; token?: string; headers?: object } = {},
  ) => {
    const response = await fetch(`${studio.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? Bodies.parse(JSON.parse(text)) : null,
    };
  };
  /** Where a route is, with what it names. */
  const addressOf = (path: string): string => path.replace('{model}', 'starter').replace('{id}', project);
  const post = (path: string, body: unknown, token?: string) =>
    ask(path, { method: 'POST', body, ...(token === undefined ? {} : { token }) });
  const refused = (status: number, code: string) => ({ status, json: { error: { code } } });

  beforeAll(async () => {
    studio = await startStudio();
    await writeRandomBert(join(studio.config.modelsDir, 'bert.gguf'));
    await writeRandomBert(join(studio.config.modelsDir, 'ranker.gguf'), { ranks: true });
    admin = await studio.login();
    await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { email: 'ada@example.org', password: PASSWORD, tokens: 100_000 } },
      token: admin,
    });
    ada = await studio.login('ada@example.org', PASSWORD);
    const made = await studio.graphql('mutation { createProject(name: "p") { id } }', { token: ada });
    project = z.object({ createProject: z.object({ id: z.uuid() }) }).parse(made.body.data).createProject.id;
  });

  afterAll(() => studio.stop());

  test.each(ROUTES.map(({ method, path }) => [method, path] as const))(
    '%s %s needs a credential',
    async (method, path) => {
      const body = method === 'POST' ? { body: BODIES[path] } : {};
      const answer = await ask(addressOf(path), { method, ...body });
      const isOllamas = path.startsWith('/api/');
      expect(answer).toMatchObject(
        isOllamas ? { status: 401, json: { code: 'UNAUTHENTICATED' } } : refused(401, 'UNAUTHENTICATED'),
      );
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    },
  );

  test.each(ROUTES.map(({ method, path }) => [method, path] as const))(
    '%s %s answers an admin as its schema says',
    async (method, path) => {
      const body = method === 'POST' ? { body: BODIES[path] } : {};
      const { status, json, headers, text } = await ask(addressOf(path), {
        method,
        token: admin,
        ...body,
      });
      const route = ROUTES.find((known) => known.method === method && known.path === path);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('no-store');
      const isWhole = route?.answer !== undefined;
      expect(isWhole ? route.checkAnswer(json) : null).toBeNull();
      expect(text.endsWith('data: [DONE]\n\n')).toBe(!isWhole && route?.file === undefined);
    },
  );

  test('/chat streams chunks that keep their schema, and ends with [DONE]', async () => {
    const { headers, text } = await post('/chat', { ...CHAT, stream_options: { include_usage: true } }, ada);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = text.split('\n\n').slice(0, -1);
    expect(events.at(-1)).toBe('data: [DONE]');
    const route = ROUTES.find(({ path }) => path === '/chat');
    const check = new Ajv2020({ allowUnionTypes: true }).compile(route?.event ?? false);
    for (const event of events.slice(0, -1)) expect(check(JSON.parse(event.replace(/^data: /, '')))).toBe(true);
  });

  test('GET /projects/{id}/archive is a file with all that the project has', async () => {
    const noise = randomBytes(400_000);
    for (const path of ['src/a.bin', 'b.bin', 'c.bin']) {
      await studio.graphql('mutation ($input: WriteFileInput!) { writeFile(input: $input) { path } }', {
        variables: { input: { projectId: project, path, content: noise.toString('base64'), encoding: 'BASE64' } },
        token: ada,
      });
    }
    const address = `${studio.url}/projects/${project}/archive`;
    const response = await fetch(address, { headers: { authorization: `Bearer ${ada}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/zip');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="project.zip"');
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    expect(Object.keys(files)).toEqual(['b.bin', 'c.bin', 'src/', 'src/a.bin']);
    expect(noise.equals(files['src/a.bin'] ?? new Uint8Array())).toBe(true);
  });

  test('GET /projects/{id}/archive of no project is 404, and a POST 405', async () => {
    expect(await ask(`/projects/${randomUUID()}/archive`, { token: ada })).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(await ask('/projects/x/archive', { token: ada })).toMatchObject(refused(404, 'NOT_FOUND'));
    expect((await post(`/projects/${project}/archive`, {}, ada)).status).toBe(405);
  });

  test.each(['/download', '/load', '/unload', '/admin/download', '/admin/load', '/admin/unload'])(
    'POST %s is for admins',
    async (path) => {
      expect(await post(path, { model: 'starter' }, ada)).toMatchObject(refused(403, 'FORBIDDEN'));
    },
  );

  test.each(['/admin/status', '/admin/models'])('GET %s is for admins', async (path) => {
    expect(await ask(path, { token: ada })).toMatchObject(refused(403, 'FORBIDDEN'));
  });

  test('a model is loaded and unloaded', async () => {
    expect((await post('/unload', { model: 'starter' }, admin)).json).toMatchObject({ status: 'available' });
    expect((await post('/admin/load', { model: 'starter', options: { threads: 1 } }, admin)).json).toMatchObject({
      model: 'starter',
      status: 'loaded',
      memory_bytes: expect.any(Number),
    });
    expect((await ask('/admin/status', { token: admin })).json).toMatchObject({
      inference: {
        loaded: expect.arrayContaining(['starter']),
        sessions: 0,
        tokens_per_second: expect.any(Number),
        models: expect.arrayContaining([expect.objectContaining({ name: 'starter', places: 4, active: 0 })]),
      },
    });
  });

  test('a model that is not there is 404, to load as well as for a chat', async () => {
    expect(await post('/load', { model: 'nothing' }, admin)).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(await post('/chat', { ...CHAT, model: 'nothing' }, ada)).toMatchObject(refused(404, 'NOT_FOUND'));
  });

  test.each([
    ['a body that is no JSON', '{', 400],
    ['a body that is no object', '[]', 400],
    ['a body that is nested without end', `{"metadata":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 400],
    ['an empty body', '', 400],
    ['a body over 1 MiB', JSON.stringify({ ...CHAT, user: 'x'.repeat(1_048_576) }), 413],
    [
      'a body with __proto__',
      '{"__proto__":{"x":1},"model":"starter","messages":[{"role":"user","content":"x"}]}',
      400,
    ],
  ])('%s is refused', async (_, body, status) => {
    const answer = await ask('/chat', {
      method: 'POST',
      body,
      token: ada,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer).toMatchObject({ status, json: { error: { type: 'invalid_request_error' } } });
  });

  test('a form is no body: 415', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect(await ask('/chat', { method: 'POST', body: '{}', token: ada, headers })).toMatchObject({ status: 415 });
  });

  test('an address of the door that is none is 404, one of another method 405', async () => {
    expect(await ask('/v1/nothing', { token: ada })).toMatchObject(refused(404, 'NOT_FOUND'));
    expect(await ask('/v1/models/%ff', { token: ada })).toMatchObject(refused(404, 'NOT_FOUND'));
    const answer = await ask('/v1/models', { method: 'DELETE', token: ada });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET');
  });

  test('a browser that opens an address gets a page, and never the answer', async () => {
    const { headers } = await ask('/models', { headers: { accept: 'text/html' } });
    // Where the studio is not built there is no page, and the door asks for a credential.
    expect(headers.get('content-type')).toMatch(/^(text\/html|application\/json)/);
    const { status } = await ask('/v1/models', { headers: { accept: 'text/html' } });
    expect(status).toBe(401);
  });

  test('a client that goes away ends the generation at once', async () => {
    await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 32_768 });
    const outgoing = httpRequest(`${studio.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada}` },
    });
    outgoing.on('error', () => {});
    outgoing.end(JSON.stringify({ ...CHAT, model: 'endless', max_tokens: 20_000, stream: true }));
    const [response] = await once(outgoing, 'response');
    await once(response, 'data');
    expect((await studio.rpc('llm.status', {}, ada)).body['result']).toMatchObject({ active: 1 });
    response.on('error', () => {});
    outgoing.destroy();
    await expect
      .poll(async () => (await studio.rpc('llm.status', {}, ada)).body['result'], { timeout: 2_000, interval: 10 })
      .toMatchObject({ active: 0 });
  });

  test('a stream ends with its session, and says so', async () => {
    const token = await studio.login('ada@example.org', PASSWORD);
    const response = await fetch(`${studio.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...CHAT, model: 'endless', max_tokens: 20_000 }),
    });
    if (!response.body) throw new Error('no body');
    let text = '';
    let loggedOut = false;
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (loggedOut) continue;
      const { body } = await studio.graphql('mutation { logout }', { token });
      loggedOut = body.data?.['logout'] === true;
      if (!loggedOut) throw new Error('the logout failed');
    }
    const last = text.trimEnd().split('\n\n').at(-1) ?? '';
    expect(JSON.parse(last.replace(/^data: /, ''))).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });

  test('/openapi.json describes every route, without a credential', async () => {
    const { status, json } = await ask('/openapi.json');
    expect(status).toBe(200);
    expect(json).toMatchObject({ openapi: '3.1.0' });
    const paths = z.record(z.string(), z.record(z.string(), z.unknown())).parse(json?.['paths']);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((name) => `${name} ${path}`),
    );
    expect(described).toEqual(ROUTES.map(({ method, path }) => `${method.toLowerCase()} ${path}`));
  });
});

test('in production mode, where clients send no documents of their own, the rooms answer as ever', async () => {
  const studio = await startStudio({ env: { DEVSTUDIO_MODE: 'production' } });
  try {
    const { body } = await studio.rpc('auth.login', studio.admin);
    const { access_token: token } = z.object({ access_token: z.string() }).parse(body['result']);
    expect(await studio.rpc('llm.list_models', {}, token)).toMatchObject({ status: 200 });
    const response = await fetch(`${studio.url}/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(CHAT),
    });
    expect((await response.text()).endsWith('data: [DONE]\n\n')).toBe(true);
  } finally {
    await studio.stop();
  }
});
