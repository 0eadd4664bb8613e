import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'a long enough password';
const Key = z.object({ secret: z.string(), key: z.object({ id: z.uuid() }) });
type Key = z.infer<typeof Key>;
const Completion = z.object({ result: z.object({ usage: z.object({ total_tokens: z.int() }) }) });

let studio: TestStudio;
let admin: string;
let people = 0;
const clients: Client[] = [];

interface Person {
  readonly id: string;
  readonly token: string;
}

const somebody = async (): Promise<Person> => {
  const email = `person${(people += 1)}@devstudio.test`;
  const { body } = await studio.rpc('auth.create_user', { email, password: PASSWORD, tokens: 1_000_000 }, admin);
  const { user } = z.object({ user: z.object({ id: z.uuid() }) }).parse(body['result']);
  return { id: user.id, token: await studio.login(email, PASSWORD) };
};
const keyOf = async ({ token }: Pick<Person, 'token'>, params: object = {}): Promise<Key> => {
  const { body } = await studio.rpc('auth.create_key', { name: 'a key', ...params }, token);
  return Key.parse(body['result']);
};
const revoke = async ({ key }: Key, token: string): Promise<void> => {
  expect((await studio.rpc('auth.revoke_key', { id: key.id }, token)).status).toBe(200);
};
const expire = ({ key }: Key) =>
  studio.database.sql('update users.api_keys set expires_at = clock_timestamp() where id = $1', [key.id]);

const chat = (secret: string, params: object = {}) =>
  studio.rpc(
    'llm.chat',
    { model: 'endless', messages: [{ role: 'user', content: 'Go on' }], max_tokens: 4, ...params },
    secret,
  );
const codeOf = ({ body }: Awaited<ReturnType<typeof chat>>): unknown =>
  z.object({ data: z.object({ code: z.string() }) }).safeParse(body['error']).data?.data.code;
const spentBy = async ({ key }: Key): Promise<readonly number[]> => {
  const rows = await studio.database.sql(
    'select total_tokens::int as total from billing.token_usage where key_id = $1 and outcome <> $2 order by at',
    [key.id, 'failed'],
  );
  return rows.map(({ total }) => z.int().parse(total));
};
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

beforeAll(async () => {
  studio = await startStudio();
  admin = await studio.login();
  await writeRandomModel(join(studio.config.modelsDir, 'endless.gguf'), { contextSize: 1_048_576 });
  const { body } = await studio.graphql(
    'mutation { loadModel(name: "endless", options: { sequences: 24, contextSize: 65536, threads: 1 }) { status } }',
    { token: admin },
  );
  if (body.errors) throw new Error(body.errors[0]?.message);
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.dispose();
});

afterAll(() => studio.stop());

describe('a key that is not in force', () => {
  const post = async (path: string, headers: Readonly<Record<string, string>>, body: unknown) => {
    const response = await fetch(`${studio.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  const socketClose = (connectionParams: Readonly<Record<string, string>>): Promise<unknown> =>
    new Promise((resolve) => {
      const client = createClient({
        url: `${studio.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams,
        retryAttempts: 0,
        lazy: false,
        onNonLazyError: resolve,
      });
      clients.push(client);
    });
  const RPC = { jsonrpc: '2.0', id: 1, method: 'auth.me' };
  const QUERY = { query: '{ signInOptions { oidcProvider } }' };

  /** All that a door says to a key, but for the request's own id. */
  const DOORS: Readonly<Record<string, (secret: string) => Promise<string>>> = {
    GraphQL: async (secret) => JSON.stringify(await post('/graphql', { authorization: `Bearer ${secret}` }, QUERY)),
    'x-api-key': async (secret) => JSON.stringify(await post('/graphql', { 'x-api-key': secret }, QUERY)),
    'server-sent events': async (secret) =>
      JSON.stringify(
        await post(
          '/graphql',
          { 'x-api-key': secret, accept: 'text/event-stream' },
          { query: 'subscription { modelEvents { name } }' },
        ),
      ),
    'JSON-RPC': async (secret) => JSON.stringify(await post('/rpc/auth.me', { 'x-api-key': secret }, RPC)),
    WebSocket: async (secret) => {
      const close = z.object({ code: z.int(), reason: z.string() }).parse(await socketClose({ 'x-api-key': secret }));
      return JSON.stringify({ ...close, status: close.code === 4401 || close.code === 4403 ? 401 : close.code });
    },
  };

  test.each(Object.entries(DOORS))('is 401 at the door of %s, whatever is wrong with it', async (_, door) => {
    const person = await somebody();
    const [revoked, expired, good] = [await keyOf(person), await keyOf(person), await keyOf(person)];
    await revoke(revoked, person.token);
    await expire(expired);
    const unknown = `cds_${randomBytes(32).toString('base64url')}`;
    const tricks = [good.secret.slice(0, 12), good.secret.toUpperCase().replace('CDS_', 'cds_'), `${good.secret}x`];
    const said = new Set<string>();
    for (const secret of [unknown, revoked.secret, expired.secret, ...tricks]) {
      said.add((await door(secret)).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id'));
    }
    expect([...said]).toEqual([expect.stringContaining('"status":401')]);
  });

  test('is not read from the address', async () => {
    const { secret } = await keyOf(await somebody());
    for (const name of ['x-api-key', 'api_key', 'key', 'authorization', 'access_token']) {
      const { status } = await post(`/graphql?${name}=${secret}`, {}, { query: '{ me { id } }' });
      expect([name, status]).toEqual([name, 401]);
    }
  });
});

describe('a key in force', () => {
  test.each(['authorization', 'x-api-key'])('opens the doors by %s and speaks for its owner', async (header) => {
    const person = await somebody();
    const { secret } = await keyOf(person);
    const value = header === 'authorization' ? `Bearer ${secret}` : secret;
    const response = await fetch(`${studio.url}/rpc/auth.me`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [header]: value },
      body: '{}',
    });
    expect(await response.json()).toMatchObject({ result: { user: { id: person.id } } });
  });

  test('of an admin manages nothing and sees nothing of others, unless it was made for that', async () => {
    const { id } = await somebody();
    const plain = await keyOf({ token: admin });
    const refused = [
      '{ users { email } }',
      `{ user(id: "${id}") { email } }`,
      '{ auditLog { action } }',
      '{ quotas { id } }',
      `mutation { grantTokens(userId: "${id}", tokens: 5) { id } }`,
      `mutation { setUserStatus(id: "${id}", status: SUSPENDED) { id } }`,
      'mutation { createUser(input: { email: "x@y.test", password: "a long password" }) { id } }',
      'mutation { loadModel(name: "starter") { name } }',
      `mutation { createApiKey(input: { name: "x", userId: "${id}" }) { secret } }`,
      'mutation { createApiKey(input: { name: "x", scopes: ["users:manage"] }) { secret } }',
      'mutation { logoutEverywhere }',
    ];
    for (const query of refused) {
      const { body } = await studio.graphql(query, { token: plain.secret });
      expect([query, body.errors?.[0]?.extensions['code']]).toEqual([query, 'FORBIDDEN']);
    }
    expect((await studio.rpc('auth.create_user', { email: 'x@y.test', password: PASSWORD }, plain.secret)).status).toBe(
      403,
    );
    const managing = await keyOf({ token: admin }, { scopes: ['users:manage'] });
    const { body } = await studio.graphql(`{ user(id: "${id}") { id } }`, { token: managing.secret });
    expect(body.data).toEqual({ user: { id } });
    expect((await chat(managing.secret)).status).toBe(403);
  });
});

describe('the limits of a key', () => {
  /** What one chat of this question costs at least: its prompt. */
  let prompt: number;
  beforeAll(async () => {
    const free = await keyOf(await somebody());
    await chat(free.secret, { max_tokens: 1 });
    prompt = sum(await spentBy(free)) - 1;
  });

  test('of a budget are spent to the last token, and not one more', async () => {
    const person = await somebody();
    const key = await keyOf(person, { token_budget: 3 * prompt + 40 });
    for (let used = await chat(key.secret, { max_tokens: 9 }); ; used = await chat(key.secret, { max_tokens: 9 })) {
      if (used.status === 200) continue;
      expect([used.status, codeOf(used)]).toEqual([429, 'BUDGET_EXCEEDED']);
      break;
    }
    // Three chats of nine tokens; what is left holds no other prompt.
    expect(await spentBy(key)).toEqual(Array(3).fill(prompt + 9));
    const exact = await keyOf(person, { token_budget: prompt + 40 });
    const { body } = await chat(exact.secret, { max_tokens: 1_000 });
    expect(Completion.parse(body).result.usage.total_tokens).toBe(prompt + 40);
    const refused = await chat(exact.secret);
    expect([refused.status, codeOf(refused)]).toEqual([429, 'BUDGET_EXCEEDED']);
    // Its owner has tokens still.
    expect((await chat(person.token)).status).toBe(200);
  });

  test('of a minute refuse the third request with the time to wait', async () => {
    const key = await keyOf(await somebody(), { requests_per_minute: 2 });
    // A minute of the clock may end between two of them, but not between all of five.
    const answers = [];
    for (let index = 0; index < 5; index += 1) answers.push(await chat(key.secret, { max_tokens: 1 }));
    const refused = answers.find(({ status }) => status !== 200);
    expect(answers.slice(0, 2).map(({ status }) => status)).toEqual([200, 200]);
    if (!refused) throw new Error('five requests in a minute were let in');
    expect([refused.status, codeOf(refused)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  });

  test('of tokens a minute refuse what is more', async () => {
    const key = await keyOf(await somebody(), { tokens_per_minute: prompt - 1 });
    const refused = await chat(key.secret);
    expect(refused.status).toBe(429);
    expect(await spentBy(key)).toEqual([]);
  });

  test('of models refuse every other', async () => {
    const key = await keyOf(await somebody(), { models: ['endless'] });
    expect((await chat(key.secret)).status).toBe(200);
    const refused = await chat(key.secret, { model: 'starter' });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'FORBIDDEN']);
  });

  test('are never overspent by fifty chats at once, and every row of the bill names the key', async () => {
    const budget = 5 * prompt + 77;
    const person = await somebody();
    const key = await keyOf(person, { token_budget: budget });
    const answers = await Promise.all(Array.from({ length: 50 }, () => chat(key.secret, { max_tokens: 12 })));
    const spent = await spentBy(key);
    const told = answers.flatMap(({ status, body }) =>
      status === 200 ? [Completion.parse(body).result.usage.total_tokens] : [],
    );
    expect(sum(spent)).toBe(sum(told));
    expect(sum(spent)).toBeLessThanOrEqual(budget);
    expect(sum(spent)).toBeGreaterThan(0);
    // One user has at most 32 answers under way: who comes to the door beyond them does not come to the budget.
    const refusals = answers.filter(({ status }) => status !== 200).map(codeOf);
    expect(refusals).toContain('BUDGET_EXCEEDED');
    expect(['BUDGET_EXCEEDED', 'RATE_LIMITED']).toEqual(expect.arrayContaining(refusals));
    const rows = await studio.database.sql(
      'select count(*)::int as all, count(key_id)::int as with_key from billing.token_usage where user_id = $1',
      [person.id],
    );
    expect(rows).toEqual([{ all: spent.length, with_key: spent.length }]);
  });
});
