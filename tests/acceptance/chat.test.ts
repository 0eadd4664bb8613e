import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const QUESTION = 'Write a Python function that adds two numbers';

const Usage = z.object({ promptTokens: z.int(), completionTokens: z.int(), totalTokens: z.int() });
const ChatEvent = z.object({
  chat: z.object({
    requestId: z.string(),
    index: z.int(),
    text: z.string(),
    finishReason: z.string().nullable(),
    usage: Usage.nullable(),
    model: z.object({ name: z.string() }),
    user: z.object({ email: z.string() }),
  }),
});
const Frame = z.object({
  type: z.string(),
  payload: z.object({ data: z.object({ chat: z.object({ requestId: z.string() }) }) }).optional(),
});
const Answer = z.object({
  result: z.object({
    id: z.string(),
    message: z.object({ role: z.literal('assistant'), content: z.string() }),
    finish_reason: z.string(),
    usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
  }),
});
const RpcLogin = z.object({ result: z.object({ access_token: z.string() }) });
const Me = z.object({ me: z.object({ balance: z.record(z.string(), z.int()) }) });
const Created = z.object({ createUser: z.object({ id: z.string(), balance: z.object({ available: z.int() }) }) });
const Conversation = z.object({ createConversation: z.object({ id: z.string() }) });

describe('a first chat', () => {
  let studio: TestStudio;
  let token: string;
  let client: Client;

  beforeAll(async () => {
    studio = await startStudio();
    token = await studio.login();
    client = createClient({
      url: `${studio.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${token}` }),
    });
  });

  afterAll(async () => {
    await client.dispose();
    await studio.stop();
  });

  test('answers Python through /rpc/llm.chat, and bills exactly what it says', async () => {
    const login = await studio.rpc('auth.login', studio.admin);
    const { access_token: bearer } = RpcLogin.parse(login.body).result;
    const question = { model: 'starter', messages: [{ role: 'user', content: QUESTION }] };
    const { status, body } = await studio.rpc('llm.chat', question, bearer);
    expect(status).toBe(200);
    const { id, message, finish_reason: reason, usage } = Answer.parse(body).result;
    expect(message.content).toMatch(/def \w+\(\w+, \w+\):\n {4}return \w+ \+ \w+/);
    expect(reason).toBe('stop');
    expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
    expect(
      await studio.database.sql(
        'select prompt_tokens::int, completion_tokens::int, outcome from billing.token_usage where request_id = $1',
        [id],
      ),
    ).toEqual([{ prompt_tokens: usage.prompt_tokens, completion_tokens: usage.completion_tokens, outcome: 'settled' }]);
  });

  test('streams the same answer in several events, joined with the user of another subgraph', async () => {
    const events: z.infer<typeof ChatEvent>['chat'][] = [];
    const stream = client.iterate({
      query: `subscription ($input: ChatInput!) {
        chat(input: $input) {
          requestId index text finishReason usage { promptTokens completionTokens totalTokens }
          model { name } user { email }
        }
      }`,
      variables: { input: { model: 'starter', messages: [{ role: 'USER', content: QUESTION }], temperature: 0 } },
    });
    for await (const result of stream) {
      expect(result.errors).toBeUndefined();
      events.push(ChatEvent.parse(result.data).chat);
    }
    expect(events.length).toBeGreaterThan(1);
    expect(events.map(({ index }) => index)).toEqual(events.map((_, position) => position));
    expect(events.map(({ text }) => text).join('')).toContain('return a + b');
    expect(new Set(events.map(({ requestId }) => requestId)).size).toBe(1);
    for (const event of events) {
      expect(event.user.email).toBe(studio.admin.email);
      expect(event.model.name).toBe('starter');
    }
    const last = events.at(-1);
    expect(last?.finishReason).toBe('STOP');
    const [row] = await studio.database.sql(
      'select prompt_tokens::int, completion_tokens::int from billing.token_usage where request_id = $1',
      [last?.requestId],
    );
    expect(row).toEqual({
      prompt_tokens: last?.usage?.promptTokens,
      completion_tokens: last?.usage?.completionTokens,
    });
  });

  test('stops when the reader leaves: the worker is free at once, and at most one batch more than was delivered is billed', async () => {
    await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 32_768 });
    const socket = new WebSocket(`${studio.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const received: z.infer<typeof Frame>[] = [];
    const left = Promise.withResolvers<void>();
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    });
    // Read frame by frame: what is on its way when we leave was delivered as well.
    socket.on('message', (data: Buffer) => {
      const frame = Frame.parse(JSON.parse(data.toString()));
      if (frame.type === 'connection_ack') {
        socket.send(
          JSON.stringify({
            id: '1',
            type: 'subscribe',
            payload: {
              query: 'subscription ($input: ChatInput!) { chat(input: $input) { requestId index text finishReason } }',
              variables: {
                input: { model: 'endless', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 20_000 },
              },
            },
          }),
        );
      }
      if (frame.type !== 'next') return;
      received.push(frame);
      if (received.length !== 5) return;
      socket.send(JSON.stringify({ id: '1', type: 'complete' }));
      left.resolve();
    });
    await left.promise;
    const requestId = received[0]?.payload?.data.chat.requestId;
    const bill = () =>
      studio.database.sql('select completion_tokens::int, outcome from billing.token_usage where request_id = $1', [
        requestId,
      ]);
    await expect.poll(bill, { timeout: 10_000 }).toHaveLength(1);
    const [row] = await bill();
    expect(row?.['outcome']).toBe('cancelled');
    // An event carries 8 tokens at most.
    expect(row?.['completion_tokens']).toBeGreaterThan(0);
    expect(row?.['completion_tokens']).toBeLessThanOrEqual(8 * (received.length + 1));
    socket.close();
    expect(await studio.database.sql("select 1 from billing.llm_requests where state = 'open'")).toEqual([]);
    const next = await studio.graphql(
      'mutation ($input: ChatInput!) { chat(input: $input) { usage { completionTokens } } }',
      { token, variables: { input: { model: 'endless', messages: [{ role: 'USER', content: 'Hi' }], maxTokens: 4 } } },
    );
    expect(next.body.errors).toBeUndefined();
  });

  test('answers a mutation with the whole completion', async () => {
    const { status, body } = await studio.graphql(
      `mutation ($input: ChatInput!) {
        chat(input: $input) { text message { role content } finishReason usage { totalTokens } user { email } model { status } }
      }`,
      { token, variables: { input: { model: 'starter', messages: [{ role: 'USER', content: 'Hello' }] } } },
    );
    expect(body.errors).toBeUndefined();
    expect(status).toBe(200);
    expect(body.data?.['chat']).toMatchObject({
      message: { role: 'ASSISTANT' },
      finishReason: 'STOP',
      user: { email: studio.admin.email },
      model: { status: 'LOADED' },
    });
  });

  test('shows what was spent in the balance of the user', async () => {
    const { body } = await studio.graphql('{ me { balance { granted reserved spent available } } }', { token });
    const { balance } = Me.parse(body.data).me;
    const [sum] = await studio.database.sql(
      'select sum(prompt_tokens + completion_tokens)::int as spent from billing.token_usage',
    );
    expect(balance['granted']).toBe(1_000_000);
    expect(balance['reserved']).toBe(0);
    expect(balance['spent']).toBe(sum?.['spent']);
    expect(balance['available']).toBe(1_000_000 - Number(sum?.['spent']));
  });

  test('refuses a user who has no tokens, and lets the same user in after a grant', async () => {
    const created = await studio.graphql(
      'mutation ($input: CreateUserInput!) { createUser(input: $input) { id balance { available } } }',
      { token, variables: { input: { email: 'poor@devstudio.test', password: 'a long password' } } },
    );
    const { createUser: user } = Created.parse(created.body.data);
    expect(user.balance.available).toBe(0);
    const poor = await studio.login('poor@devstudio.test', 'a long password');
    const ask = () =>
      studio.rpc('llm.chat', { model: 'starter', messages: [{ role: 'user', content: 'Hello' }] }, poor);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body['error']).toMatchObject({ code: -32_029, data: { code: 'BUDGET_EXCEEDED' } });
    await studio.graphql('mutation ($id: ID!) { grantTokens(userId: $id, tokens: 500) { id } }', {
      token,
      variables: { id: user.id },
    });
    expect((await ask()).status).toBe(200);
  });

  test('joins a project with its owner', async () => {
    const { body } = await studio.graphql(
      'mutation { createProject(name: "orbital") { id name owner { email role } } }',
      { token },
    );
    expect(body.data?.['createProject']).toMatchObject({
      name: 'orbital',
      owner: { email: studio.admin.email, role: 'ADMIN' },
    });
  });

  test('keeps a conversation with its messages', async () => {
    const made = await studio.graphql('mutation { createConversation(title: "First") { id owner { email } } }', {
      token,
    });
    const { createConversation: conversation } = Conversation.parse(made.body.data);
    for (const [role, content] of [
      ['USER', 'Hello'],
      ['ASSISTANT', 'Hello! How can I help you?'],
    ]) {
      await studio.graphql('mutation ($input: AppendMessageInput!) { appendMessage(input: $input) { id } }', {
        token,
        variables: { input: { conversationId: conversation.id, role, content } },
      });
    }
    const { body } = await studio.graphql(
      'query ($id: ID!) { conversation(id: $id) { title owner { email } messages { role content } } }',
      { token, variables: { id: conversation.id } },
    );
    expect(body.data?.['conversation']).toEqual({
      title: 'First',
      owner: { email: studio.admin.email },
      messages: [
        { role: 'USER', content: 'Hello' },
        { role: 'ASSISTANT', content: 'Hello! How can I help you?' },
      ],
    });
  });
});
