import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'a long enough password';
const CHATS = 40;
/** Two, since one serves 32 conversations at most. */
const MODELS = ['endless', 'endless-too'];

const CHAT = 'subscription ($input: ChatInput!) { chat(input: $input) { text } }';
const STATUS = 'mutation ($id: ID!, $status: UserStatus!) { setUserStatus(id: $id, status: $status) { status } }';
const ROLE = 'mutation ($id: ID!, $role: Role!) { setUserRole(id: $id, role: $role) { role } }';
const LIMIT = 'mutation ($id: ID!, $tokens: Int) { setMonthlyLimit(userId: $id, tokens: $tokens) { monthlyLimit } }';

const Created = z.object({ createUser: z.object({ id: z.uuid() }) });
const Closed = z.object({ code: z.int() });

let studio: TestStudio;
let admin: string;
let people = 0;
const clients: Client[] = [];

const endless = (model: string) => ({
  input: { model, messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 1_000_000, temperature: 1 },
});

interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

const somebody = async (tokens = 1_000_000_000): Promise<Person> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const { body } = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    token: admin,
    variables: { input: { email, password: PASSWORD, tokens } },
  });
  return { id: Created.parse(body.data).createUser.id, email, token: await studio.login(email, PASSWORD) };
};

/** Asks as the admin and answers the data of the one field; fails on any error. */
const manage = async (query: string, variables: Record<string, unknown>): Promise<unknown> => {
  const { body } = await studio.graphql(query, { token: admin, variables });
  expect(body.errors).toBeUndefined();
  return Object.values(body.data ?? {})[0];
};

const codeOf = ({ body }: Awaited<ReturnType<TestStudio['graphql']>>) => body.errors?.[0]?.extensions['code'];

const shortChat = (token: string) =>
  studio.rpc('llm.chat', { model: 'starter', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 4 }, token);

const openRequests = () => studio.database.sql("select 1 from billing.llm_requests where state = 'open'");

const connect = (token: string): Client => {
  const client = createClient({
    url: `${studio.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  clients.push(client);
  return client;
};

/**
 * A chat that never ends by itself: `begun` settles with its first event, `ended` with the close code of its socket, or
 * with the code of the error that the chat ended with.
 */
const chatOverSocket = (client: Client, model: string) => {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown>();
  let code: unknown;
  client.subscribe(
    { query: CHAT, variables: endless(model) },
    {
      next: ({ errors }) => {
        code = errors?.[0]?.extensions?.['code'];
        if (errors) begun.reject(errors[0]);
        else begun.resolve();
      },
      error: (error) => {
        const closed = Closed.safeParse(error);
        if (closed.success) ended.resolve(closed.data.code);
        else ended.reject(error);
      },
      complete: () => ended.resolve(code),
    },
  );
  return { begun: begun.promise, ended: ended.promise };
};

/** The same over server-sent events: `ended` settles when the stream is over or cut. */
const chatOverSse = async (token: string) => {
  const response = await fetch(`${studio.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query: CHAT, variables: endless('endless') }),
  });
  const reader = z
    .instanceof(ReadableStream<Uint8Array>)
    .parse(response.body)
    .getReader();
  const decoder = new TextDecoder();
  for (let text = ''; !text.includes('event: next');) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the stream ended before its first event: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  const drain = async (): Promise<void> => {
    try {
      while (!(await reader.read()).done);
    } catch {
      // Cut off in the middle, which is an end as well.
    }
  };
  return { ended: drain() };
};

beforeAll(async () => {
  studio = await startStudio();
  admin = await studio.login();
  const file = (name: string) => join(studio.config.modelsDir, `${name}.gguf`);
  await writeRandomModel(file('endless'), { contextSize: 1_048_576 });
  await copyFile(file('endless'), file('endless-too'));
  for (const name of MODELS) {
    await manage(
      `mutation ($name: String!) { loadModel(name: $name, options: { sequences: 24, contextSize: 65536, threads: 1 }) { status } }`,
      { name },
    );
  }
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});

afterAll(() => studio.stop());

describe('a suspended user', () => {
  test(`loses ${CHATS} chats that stream, the session, and the way back in, while others go on`, async () => {
    const [person, neighbour] = [await somebody(), await somebody()];
    const other = chatOverSocket(connect(neighbour.token), 'endless');
    await other.begun;
    const sockets = Array.from({ length: 4 }, () => connect(person.token));
    const chats = Array.from({ length: CHATS }, (_, index) => {
      const client = sockets[index % sockets.length];
      if (!client) throw new Error('no socket');
      return chatOverSocket(client, MODELS[index % MODELS.length] ?? 'endless');
    });
    await Promise.all(chats.map(({ begun }) => begun));

    const start = performance.now();
    expect(await manage(STATUS, { id: person.id, status: 'SUSPENDED' })).toMatchObject({ status: 'SUSPENDED' });
    const answered = performance.now();
    const codes = await Promise.all(chats.map(({ ended }) => ended));
    const all = performance.now();
    process.stderr.write(
      `${CHATS} chats ended ${Math.round(all - answered)} ms after a suspension that took ${Math.round(answered - start)} ms\n`,
    );
    // The database may be first to refuse a chat's next tokens, and says so in the chat.
    for (const code of codes) expect([4403, 'UNAUTHENTICATED']).toContain(code);

    const refused = await studio.graphql('{ me { id } }', { token: person.token });
    expect([refused.status, codeOf(refused)]).toEqual([401, 'UNAUTHENTICATED']);
    expect((await shortChat(person.token)).status).toBe(401);
    const login = await studio.rpc('auth.login', { email: person.email, password: PASSWORD });
    expect(login.status).toBe(401);
    // Only the neighbour's is left, and what the suspended user had reserved is free.
    await expect.poll(openRequests, { timeout: 20_000 }).toHaveLength(1);

    await manage(STATUS, { id: person.id, status: 'ACTIVE' });
    expect((await studio.graphql('{ me { id } }', { token: person.token })).status).toBe(401);
    const back = await studio.login(person.email, PASSWORD);
    expect((await studio.graphql('{ me { id } }', { token: back })).body.errors).toBeUndefined();
  });

  test('is never the last active admin', async () => {
    const { body } = await studio.graphql('{ me { id } }', { token: admin });
    const { id } = z.object({ me: z.object({ id: z.uuid() }) }).parse(body.data).me;
    const ask = (query: string, change: object) =>
      studio.graphql(query, { token: admin, variables: { id, ...change } });
    expect(codeOf(await ask(STATUS, { status: 'SUSPENDED' }))).toBe('CONFLICT');
    expect(codeOf(await ask(ROLE, { role: 'VIEWER' }))).toBe('CONFLICT');
    expect((await studio.graphql('{ users { id } }', { token: admin })).body.errors).toBeUndefined();
  });
});

describe('a session', () => {
  test('takes its server-sent events along when it ends', async () => {
    const { token } = await somebody();
    const stream = await chatOverSse(token);
    const { body } = await studio.graphql('mutation { logout }', { token });
    expect(body.data).toEqual({ logout: true });
    const start = performance.now();
    await stream.ended;
    process.stderr.write(`server-sent events ended ${Math.round(performance.now() - start)} ms after the logout\n`);
    expect((await studio.graphql('{ me { id } }', { token })).status).toBe(401);
  });

  test('ends with all others of its user, whose streams end too', async () => {
    const { email, token } = await somebody();
    const second = await studio.login(email, PASSWORD);
    const chat = chatOverSocket(connect(second), 'endless');
    await chat.begun;
    expect((await studio.graphql('mutation { logoutEverywhere }', { token })).body.data).toEqual({
      logoutEverywhere: true,
    });
    expect(await chat.ended).toBe(4403);
    expect((await studio.graphql('{ me { id } }', { token: second })).status).toBe(401);
    expect((await studio.graphql('{ me { id } }', { token })).status).toBe(401);
  });

  test('outlives a change of the password that it made itself, and no other does', async () => {
    const { email, token } = await somebody();
    const second = await studio.login(email, PASSWORD);
    const chat = chatOverSocket(connect(second), 'endless');
    await chat.begun;
    const change = await studio.graphql(
      'mutation ($current: String!, $next: String!) { changePassword(current: $current, next: $next) }',
      { token, variables: { current: PASSWORD, next: 'another long password' } },
    );
    expect(change.body.data).toEqual({ changePassword: true });
    expect(await chat.ended).toBe(4403);
    expect((await studio.graphql('{ me { id } }', { token })).body.errors).toBeUndefined();
    expect((await studio.rpc('auth.login', { email, password: PASSWORD })).status).toBe(401);
    await studio.login(email, 'another long password');
  });
});

test('a session that is ended from another one takes its stream along', async () => {
  const { email, token } = await somebody();
  const chat = chatOverSocket(connect(token), 'endless');
  await chat.begun;
  const second = await studio.login(email, PASSWORD);
  const { body } = await studio.graphql('{ me { sessions { id current address } } }', { token: second });
  const Sessions = z.object({
    me: z.object({
      sessions: z.array(z.object({ id: z.uuid(), current: z.boolean(), address: z.literal('127.0.0.1') })),
    }),
  });
  const other = Sessions.parse(body.data).me.sessions.find(({ current }) => !current);
  const ended = await studio.graphql('mutation ($id: ID!) { revokeSession(id: $id) }', {
    token: second,
    variables: { id: other?.id },
  });
  expect(ended.body.data).toEqual({ revokeSession: true });
  expect(await chat.ended).toBe(4403);
  expect((await studio.graphql('{ me { id } }', { token: second })).body.errors).toBeUndefined();
});

describe('an answer over HTTP', () => {
  const COMPLETE = 'mutation ($input: ChatInput!) { chat(input: $input) { text } }';
  const OUTCOMES = 'select state from billing.llm_requests where user_id = $1';
  const DIRECT = { model: 'endless', messages: [{ role: 'user', content: 'Go on' }], max_tokens: 1_000_000 };
  const begun = async (person: Person): Promise<void> => {
    await expect.poll(() => studio.database.sql(OUTCOMES, [person.id])).not.toEqual([]);
  };
  const cancelled = async (person: Person): Promise<void> => {
    await expect.poll(() => studio.database.sql(OUTCOMES, [person.id])).toEqual([{ state: 'cancelled' }]);
  };

  test('ends with its session, and so does its chat', async () => {
    const person = await somebody();
    const answer = studio.graphql(COMPLETE, { token: person.token, variables: endless('endless') });
    await begun(person);
    expect((await studio.graphql('mutation { logout }', { token: person.token })).body.data).toEqual({ logout: true });
    const start = performance.now();
    const ended = await answer;
    process.stderr.write(`an answer ended ${Math.round(performance.now() - start)} ms after its logout\n`);
    expect([ended.status, codeOf(ended)]).toEqual([401, 'UNAUTHENTICATED']);
    await cancelled(person);
  });

  test('ends with the role that it was asked for under', async () => {
    const person = await somebody();
    const answer = studio.rpc('llm.chat', DIRECT, person.token);
    await begun(person);
    await manage(ROLE, { id: person.id, role: 'VIEWER' });
    const { status, body } = await answer;
    expect(status).toBe(403);
    expect(body['error']).toMatchObject({ data: { code: 'FORBIDDEN' } });
    await cancelled(person);
  });

  test('ends for a whole batch, the calls that wait too', async () => {
    const person = await somebody();
    const chat = { jsonrpc: '2.0', method: 'llm.chat', params: DIRECT };
    // As many as run at the same time, and one that waits for them.
    const calls = [
      ...Array.from({ length: 8 }, (_, id) => ({ ...chat, id })),
      { jsonrpc: '2.0', id: 8, method: 'fs.write', params: { path: 'late.txt', content: 'too late' } },
    ];
    const batch = fetch(`${studio.url}/rpc`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${person.token}` },
      body: JSON.stringify(calls),
    });
    await begun(person);
    await studio.graphql('mutation { logout }', { token: person.token });
    const answers = z
      .array(z.object({ id: z.int(), error: z.object({ data: z.object({ code: z.string() }) }) }))
      .parse(await (await batch).json());
    expect(answers.map(({ error }) => error.data.code)).toEqual(calls.map(() => 'UNAUTHENTICATED'));
    expect(await studio.database.sql('select 1 from sandbox.projects where owner_id = $1', [person.id])).toEqual([]);
  });

  test('about the end of its own session is given', async () => {
    for (const query of ['mutation { logout }', 'mutation { logoutEverywhere }']) {
      const { token } = await somebody();
      const { status, body } = await studio.graphql(query, { token });
      expect([status, body.errors]).toEqual([200, undefined]);
    }
  });
});

describe('a role', () => {
  test('that is taken away ends what runs and refuses the next chat', async () => {
    const { id, token } = await somebody();
    const chat = chatOverSocket(connect(token), 'endless');
    await chat.begun;
    expect(await manage(ROLE, { id, role: 'VIEWER' })).toEqual({ role: 'VIEWER' });
    const start = performance.now();
    expect(await chat.ended).toBe(4403);
    process.stderr.write(`a chat ended ${Math.round(performance.now() - start)} ms after its role\n`);
    const refused = await shortChat(token);
    expect(refused.status).toBe(403);
    expect((await studio.graphql('{ me { role } }', { token })).body.data).toEqual({ me: { role: 'VIEWER' } });
    await manage(ROLE, { id, role: 'DEVELOPER' });
    expect((await shortChat(token)).status).toBe(200);
  });

  test.each([
    [STATUS, { status: 'SUSPENDED' }],
    [ROLE, { role: 'ADMIN' }],
    [LIMIT, { tokens: null }],
  ])('is nothing that a developer gives: %s', async (query, change) => {
    const { id, token } = await somebody();
    const refused = await studio.graphql(query, { token, variables: { id, ...change } });
    expect(codeOf(refused)).toBe('FORBIDDEN');
    expect((await studio.graphql('{ me { role status } }', { token })).body.data).toEqual({
      me: { role: 'DEVELOPER', status: 'ACTIVE' },
    });
  });
});

test('a monthly limit refuses with the time until the next month, and none refuses nothing', async () => {
  const { id, token } = await somebody();
  expect((await shortChat(token)).status).toBe(200);
  // What was used before the limit counts, and is as much as the same chat would need again.
  const { body } = await studio.graphql('{ me { balance { spent } } }', { token });
  const { spent } = z.object({ me: z.object({ balance: z.object({ spent: z.int() }) }) }).parse(body.data).me.balance;
  expect(await manage(LIMIT, { id, tokens: spent })).toEqual({ monthlyLimit: spent });
  const refused = await shortChat(token);
  expect(refused.status).toBe(429);
  expect(refused.body['error']).toMatchObject({ data: { code: 'BUDGET_EXCEEDED' } });
  const now = new Date();
  const rest = (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - now.getTime()) / 1_000;
  const seconds = Number(refused.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(rest - 60);
  expect(seconds).toBeLessThan(rest + 60);
  expect(await manage(LIMIT, { id, tokens: null })).toEqual({ monthlyLimit: null });
  expect((await shortChat(token)).status).toBe(200);
});
