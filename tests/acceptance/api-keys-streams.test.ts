import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const OPERATION = {
  query: 'subscription ($input: ChatInput!) { chat(input: $input) { text } }',
  variables: {
    input: { model: 'endless', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 1_000_000, temperature: 1 },
  },
};
const User = z.object({ user: z.object({ id: z.uuid() }) });
const Key = z.object({ secret: z.string(), key: z.object({ id: z.uuid() }) });

let studio: TestStudio;
let admin: string;
let people = 0;
const clients: Client[] = [];

interface Holder {
  readonly userId: string;
  readonly keyId: string;
  readonly secret: string;
}

/** Asks as the admin, and answers the result. */
const manage = async (method: string, params: unknown): Promise<unknown> => {
  const { body } = await studio.rpc(method, params, admin);
  expect(body['error']).toBeUndefined();
  return body['result'];
};

/** A user and a key of theirs. */
const holder = async (): Promise<Holder> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const account = { email, password: 'a long enough password', tokens: 1_000_000_000 };
  const { user } = User.parse(await manage('auth.create_user', account));
  const { secret, key } = Key.parse(await manage('auth.create_key', { name: 'streams', user_id: user.id }));
  return { userId: user.id, keyId: key.id, secret };
};

/** Streams a chat over each door that streams; `ended` settles when it is over, however it ends. */
const STREAMS: Readonly<Record<string, (secret: string) => Promise<{ readonly ended: Promise<unknown> }>>> = {
  'a WebSocket': async (secret) => {
    const client = createClient({
      url: `${studio.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { 'x-api-key': secret },
      retryAttempts: 0,
    });
    clients.push(client);
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<unknown>();
    client.subscribe(OPERATION, {
      next: () => begun.resolve(),
      error: ended.resolve,
      complete: () => ended.resolve('complete'),
    });
    await begun.promise;
    return { ended: ended.promise };
  },
  'server-sent events': async (secret) => {
    const response = await fetch(`${studio.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': secret },
      body: JSON.stringify(OPERATION),
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
  },
};

const ENDS: Readonly<Record<string, (held: Holder) => Promise<unknown>>> = {
  'is revoked': ({ keyId }) => manage('auth.revoke_key', { id: keyId }),
  expires: ({ keyId }) =>
    studio.database.sql('update users.api_keys set expires_at = clock_timestamp() where id = $1', [keyId]),
  'loses its owner': async ({ userId }) => {
    const { body } = await studio.graphql(
      'mutation ($id: ID!) { setUserStatus(id: $id, status: SUSPENDED) { status } }',
      { token: admin, variables: { id: userId } },
    );
    expect(body.errors).toBeUndefined();
  },
};

beforeAll(async () => {
  studio = await startStudio();
  admin = await studio.login();
  await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 1_048_576 });
  const { body } = await studio.graphql(
    'mutation { loadModel(name: "endless", options: { sequences: 4, contextSize: 65536, threads: 1 }) { status } }',
    { token: admin },
  );
  if (body.errors) throw new Error(body.errors[0]?.message);
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});

afterAll(() => studio.stop());

test.each(
  Object.entries(ENDS).flatMap(([how, end]) =>
    Object.entries(STREAMS).map(([door, open]) => ({ how, end, door, open })),
  ),
)('a chat over $door ends when its key $how', async ({ how, end, door, open }) => {
  const [held, neighbour] = [await holder(), await holder()];
  const other = await open(neighbour.secret);
  const stream = await open(held.secret);
  await end(held);
  const start = performance.now();
  await stream.ended;
  process.stderr.write(`${door} ended ${Math.round(performance.now() - start)} ms after its key ${how}\n`);
  expect((await studio.rpc('auth.me', {}, held.secret)).status).toBe(401);
  const openRequests = () =>
    studio.database.sql("select key_id from billing.llm_requests where state = 'open' and user_id = any($1)", [
      [held.userId, neighbour.userId],
    ]);
  await expect.poll(openRequests, { timeout: 20_000 }).toEqual([{ key_id: neighbour.keyId }]);
  await manage('auth.revoke_key', { id: neighbour.keyId });
  await other.ended;
});
