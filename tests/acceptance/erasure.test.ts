import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const EMAIL = 'ada@devstudio.test';
const PASSWORD = 'a long enough password';
const CHAT = 'subscription ($input: ChatInput!) { chat(input: $input) { text } }';
const ERASE = 'mutation ($id: ID!, $email: String!) { eraseUser(id: $id, email: $email) { pending } }';
const MINE = `{ me {
  accountData projectData { items next } conversationData { items next } ledger { kind tokens }
} }`;

let studio: TestStudio;
let admin: string;
let id: string;
let token: string;

beforeAll(async () => {
  studio = await startStudio();
  admin = await studio.login();
  await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 1_048_576 });
  await ask(
    'mutation { loadModel(name: "endless", options: { contextSize: 65536, threads: 1 }) { status } }',
    {},
    admin,
  );
  const made = await ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { input: { email: EMAIL, password: PASSWORD, tokens: 1_000_000_000 } },
    admin,
  );
  ({ id } = z.object({ id: z.uuid() }).parse(made));
  token = await studio.login(EMAIL, PASSWORD);
});
afterAll(() => studio.stop());

/** The answer to one field; fails on any error. */
const ask = async (query: string, variables: Record<string, unknown>, as: string): Promise<unknown> => {
  const { body } = await studio.graphql(query, { variables, token: as });
  expect(body.errors).toBeUndefined();
  return Object.values(body.data ?? {})[0];
};

/** A chat that never ends by itself. */
const chat = () => {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const client = createClient({
    url: `${studio.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const input = {
    model: 'endless',
    messages: [{ role: 'USER', content: 'Go on' }],
    maxTokens: 1_000_000,
    temperature: 1,
  };
  client.subscribe(
    { query: CHAT, variables: { input } },
    {
      next: ({ errors }) => (errors ? begun.reject(errors[0]) : begun.resolve()),
      error: () => ended.resolve(),
      complete: () => ended.resolve(),
    },
  );
  return { begun: begun.promise, ended: ended.promise };
};

test('a person reads all that every service keeps in one question', async () => {
  await ask('mutation { writeFile(input: { path: "a.txt", content: "mine" }) { path } }', {}, token);
  await ask('mutation { createConversation(title: "plans") { id } }', {}, token);
  expect(await ask(MINE, {}, token)).toMatchObject({
    accountData: { account: { id, email: EMAIL } },
    projectData: { items: [{ kind: 'project' }, { kind: 'file', path: 'a.txt', content: 'mine' }], next: null },
    conversationData: { items: [{ kind: 'conversation', title: 'plans' }] },
    ledger: [{ kind: 'GRANT', tokens: '1000000000' }],
  });
});

test('only an admin erases, and a developer not even himself', async () => {
  const { body } = await studio.graphql(ERASE, { variables: { id, email: EMAIL }, token });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  expect(await studio.database.sql('select 1 from erasure.tasks')).toEqual([]);
});

test('erasing ends what runs, closes every door, and leaves an exact bill under an id that names nobody', async () => {
  const running = chat();
  await running.begun;
  expect(await ask(ERASE, { id, email: EMAIL }, admin)).toEqual({ pending: ['agents', 'models', 'sandbox'] });
  await running.ended;
  expect((await studio.graphql('{ me { id } }', { token })).status).toBe(401);
  const login = await studio.graphql(`mutation { login(email: "${EMAIL}", password: "${PASSWORD}") { expiresAt } }`);
  expect(login.body.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
  const left = async () =>
    z.object({ pending: z.array(z.string()) }).parse(await ask(ERASE, { id, email: EMAIL }, admin));
  await expect.poll(left, { timeout: 20_000 }).toEqual({ pending: [] });

  await expect
    .poll(() => studio.database.sql("select 1 from billing.llm_requests where state = 'open'"), { timeout: 20_000 })
    .toEqual([]);
  const [sums] = await studio.database.sql(
    `select b.spent = u.total and b.reserved = 0 and u.total > 0 as exact
     from billing.balance($1) b, (select sum(total_tokens) as total from billing.token_usage where user_id = $1) u`,
    [id],
  );
  expect(sums).toEqual({ exact: true });
  // Nowhere in the whole database, whatever tables there are.
  const tables = z.array(z.object({ schema: z.string(), name: z.string() })).parse(
    await studio.database.sql(
      `select distinct table_schema as schema, table_name as name from information_schema.tables
         where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    ),
  );
  for (const { schema, name } of tables) {
    const [found] = await studio.database.sql(
      `select count(*)::integer as n from ${schema}.${name} t where strpos(t::text, $1) > 0`,
      [EMAIL],
    );
    expect(found, `${schema}.${name}`).toEqual({ n: 0 });
  }
});
