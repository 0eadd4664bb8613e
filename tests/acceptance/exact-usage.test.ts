import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

/** More of them take longer and find more: DEVSTUDIO_USAGE_REQUESTS=1000. */
const REQUESTS = Number(process.env['DEVSTUDIO_USAGE_REQUESTS'] ?? 120);
const AT_ONCE = 8;
/** What is asked hangs on it, and when it is left. */
const SEED = Number(process.env['DEVSTUDIO_USAGE_SEED'] ?? 1);

let studio: TestStudio;
let token: string;

beforeAll(async () => {
  studio = await startStudio({ rates: { ...RATE_LIMITS, principal: 1_000_000, address: 1_000_000 } });
  token = await studio.login();
  await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 4_096 });
  await writeRandomBert(join(studio.config.modelsDir, 'bert.gguf'));
  for (const model of ['starter', 'endless', 'bert']) {
    const { body } = await studio.graphql(
      'mutation ($name: String!) { loadModel(name: $name, options: { threads: 1 }) { status } }',
      { token, variables: { name: model } },
    );
    if (body.errors) throw new Error(`${model} was not loaded`, { cause: body.errors });
  }
});
afterAll(() => studio.stop());

const Usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int().default(0),
  total_tokens: z.int(),
});
const Answer = z.object({ id: z.string(), usage: Usage });
/** What a client was told of one request. */
interface Told {
  readonly id: string;
  readonly prompt: number;
  readonly completion: number;
}

const send = (path: string, body: object, signal: AbortSignal | null = null): Promise<Response> =>
  fetch(`${studio.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    signal,
  });

const toldBy = (answer: unknown): Told => {
  const { id, usage } = Answer.parse(answer);
  expect(usage.total_tokens).toBe(usage.prompt_tokens + usage.completion_tokens);
  return { id: id.replace(/^(chatcmpl|cmpl)-/, ''), prompt: usage.prompt_tokens, completion: usage.completion_tokens };
};
const whole = async (path: string, body: object): Promise<Told> => {
  const response = await send(path, body);
  const answer: unknown = await response.json();
  expect(response.status, JSON.stringify(answer)).toBe(200);
  return toldBy(answer);
};
const streamed = async (path: string, body: object): Promise<Told> => {
  const text = await (await send(path, { ...body, stream: true, stream_options: { include_usage: true } })).text();
  const events = text.split('\n').filter((line) => line.startsWith('data: {'));
  return toldBy(JSON.parse(events.at(-1)?.slice('data: '.length) ?? 'null'));
};

const GraphQL = z.object({
  requestId: z.string(),
  usage: z.object({ promptTokens: z.int(), completionTokens: z.int() }),
});
const asked = async (query: string, variables: Record<string, unknown>): Promise<Told> => {
  const { body } = await studio.graphql(query, { token, variables });
  expect(body.errors).toBeUndefined();
  const { requestId, usage } = GraphQL.parse(Object.values(body.data ?? {})[0]);
  return { id: requestId, prompt: usage.promptTokens, completion: usage.completionTokens };
};

/** Reads some pieces, waits a moment, and goes: by the book, or with the whole connection. */
const left = async (path: string, body: object, pieces: number, moment: number): Promise<null> => {
  const controller = new AbortController();
  try {
    const reader = (await send(path, body, controller.signal)).body?.getReader();
    for (let piece = 0; piece < pieces; piece += 1) if ((await reader?.read())?.done !== false) break;
    await setTimeout(moment);
    controller.abort();
    await reader?.read();
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  }
  return null;
};
const leftSoon = async (path: string, body: object, moment: number): Promise<null> => {
  const controller = new AbortController();
  const answer = send(path, body, controller.signal).then((response) => response.text());
  await setTimeout(moment);
  controller.abort();
  await answer.catch(() => {});
  return null;
};
const killed = async (path: string, body: object, moment: number): Promise<null> => {
  const { hostname, port } = new URL(studio.url);
  const socket = connect(Number(port), hostname);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  const text = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    `host: ${hostname}:${port}`,
    'content-type: application/json',
    `authorization: Bearer ${token}`,
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${text}`);
  socket.resume();
  await setTimeout(moment);
  socket.resetAndDestroy();
  await closed;
  return null;
};

const CHAT = '/v1/chat/completions';
const messages = (content: string) => [{ role: 'user', content }];
const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string', maxLength: 12 } }, required: ['city'] },
  },
};
const SHAPE = {
  type: 'json_schema',
  json_schema: {
    name: 'shape',
    schema: { type: 'object', properties: { done: { type: 'boolean' } }, required: ['done'] },
  },
};
const QUESTIONS = [
  'Write a function that adds two numbers',
  'Say hello',
  'What is a closure?',
  'How do I sort a list?',
];

/** One request of each kind; those that are left answer null. */
const kinds = (random: () => number): readonly (() => Promise<Told | null>)[] => {
  const of = <T>(list: readonly [T, ...T[]] | readonly T[]): T => {
    const one = list[Math.floor(random() * list.length)];
    if (one === undefined) throw new Error('nothing to choose from');
    return one;
  };
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const starter = { model: 'starter', messages: messages(of(QUESTIONS)), max_tokens: 1 + upTo(40), seed: upTo(1_000) };
  const endless = {
    model: 'endless',
    messages: messages('Go on'),
    max_tokens: 2_000,
    temperature: 1,
    seed: upTo(1_000),
  };
  const several = { ...endless, messages: undefined, prompt: ['a', 'b c d', 'e f g h i'], n: 2, max_tokens: 4 };
  const texts = Array.from({ length: 1 + upTo(8) }, () => 'hello world '.repeat(1 + upTo(30)));
  const [pieces, moment] = [upTo(12), upTo(120)];
  return [
    () => whole(CHAT, starter),
    () => streamed(CHAT, starter),
    () => whole(CHAT, { ...starter, n: 1 + upTo(3) }),
    () => streamed(CHAT, { ...starter, n: 1 + upTo(2) }),
    () => whole(CHAT, { ...starter, stop: ['e', 'function'] }),
    () => whole(CHAT, { ...starter, tools: [WEATHER], tool_choice: 'required', max_tokens: 60 }),
    () => whole(CHAT, { ...starter, tools: [WEATHER], tool_choice: 'auto' }),
    () => streamed(CHAT, { ...starter, response_format: SHAPE }),
    () => whole('/v1/completions', { model: 'starter', prompt: ['const a =', 'let'], max_tokens: 1 + upTo(10), n: 2 }),
    () => streamed('/v1/completions', { model: 'starter', prompt: 'function ', max_tokens: 1 + upTo(20), echo: true }),
    async () => {
      const input = { model: 'bert', input: texts };
      return asked(
        'mutation ($input: EmbedInput!) { embed(input: $input) { requestId usage { promptTokens completionTokens } } }',
        { input },
      );
    },
    async () => {
      const input = { model: 'starter', messages: [{ role: 'USER', content: of(QUESTIONS) }], maxTokens: 1 + upTo(30) };
      return asked(
        'mutation ($input: ChatInput!) { chat(input: $input) { requestId usage { promptTokens completionTokens } } }',
        { input },
      );
    },
    () => left(CHAT, { ...endless, stream: true }, pieces, moment),
    () => leftSoon(CHAT, endless, moment),
    () => killed(CHAT, { ...endless, stream: true }, moment),
    () => left(CHAT, { ...endless, stream: true, n: 3, max_tokens: 30 }, pieces, moment),
    () => left('/v1/completions', { ...several, stream: true }, pieces, moment),
    () => leftSoon('/v1/completions', several, moment),
    () => leftSoon('/v1/embeddings', { model: 'bert', input: texts }, upTo(40)),
    () => killed('/v1/completions', { model: 'endless', prompt: 'a', max_tokens: 1_000, stream: true }, moment),
  ];
};

const Totals = z.object({ prompt: z.coerce.number(), completion: z.coerce.number() });
type Totals = z.infer<typeof Totals>;

/** What the workers of a model have counted themselves, without what they made for whoever had left. */
const metered = async (model: string): Promise<Totals> => {
  const page = await (await fetch(`${studio.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text();
  const of = (kind: string): number =>
    Number(new RegExp(`^llm_worker_tokens_total\\{model="${model}",kind="${kind}"\\} (\\d+)$`, 'm').exec(page)?.[1]);
  return { prompt: of('prompt'), completion: of('completion') - of('discarded') };
};
const sumsOf = async (table: string, model: string): Promise<Totals> => {
  const column = table === 'models.requests' ? 'model' : 'model_id';
  const [row] = await studio.database.sql(
    `select coalesce(sum(prompt_tokens), 0) as prompt, coalesce(sum(completion_tokens), 0) as completion
     from ${table} where ${column} = $1`,
    [model],
  );
  return Totals.parse(row);
};

test(
  `what clients are told, what is billed and what the workers count is one number, over ${REQUESTS} mixed requests`,
  { timeout: 120_000 + REQUESTS * 1_000 },
  async () => {
    const random = randomFrom(SEED);
    const waiting = Array.from({ length: REQUESTS }, (_, index) => {
      const all = kinds(random);
      const one = all[index % all.length];
      if (!one) throw new Error('there is no such kind');
      return one;
    });
    const told: Told[] = [];
    let gone = 0;
    const run = async (): Promise<void> => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const answer = await next();
        if (answer) told.push(answer);
        else gone += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, run));
    expect(told.length + gone).toBe(REQUESTS);

    const open = () => studio.database.sql("select 1 from billing.llm_requests where state = 'open'");
    await expect.poll(open, { timeout: 30_000 }).toEqual([]);
    const billed = new Map(
      (
        await studio.database.sql(
          'select request_id as id, prompt_tokens::int as prompt, completion_tokens::int as completion from billing.token_usage',
        )
      ).map((row) => {
        const { id, prompt, completion } = z
          .object({ id: z.string(), prompt: z.int(), completion: z.int() })
          .parse(row);
        return [id, { id, prompt, completion }];
      }),
    );
    // Whoever was answered was told what stands on the bill.
    for (const one of told) expect(billed.get(one.id)).toEqual(one);
    expect(billed.size).toBeLessThanOrEqual(REQUESTS);
    // And the bill is what the workers have counted, of those who left as well.
    for (const model of ['starter', 'endless', 'bert']) {
      const bill = await sumsOf('billing.token_usage', model);
      expect(bill.prompt).toBeGreaterThan(0);
      await expect.poll(() => metered(model), { timeout: 20_000 }).toEqual(bill);
      await expect.poll(() => sumsOf('models.requests', model), { timeout: 20_000 }).toEqual(bill);
    }
    const [balance] = await studio.database.sql(
      `select b.spent::int = sum(u.total_tokens)::int and b.reserved = 0 as exact
       from users.accounts a, billing.balance(a.id) b, billing.token_usage u where a.email = $1 group by b.spent, b.reserved`,
      [studio.admin.email],
    );
    expect(balance).toEqual({ exact: true });
    process.stdout.write(
      `${REQUESTS} requests: ${told.length} answered, ${gone} left (${billed.size - told.length} of them on the bill)\n`,
    );
  },
);
