import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { secretFrom } from '#mesh/secret.ts';
import { gone, install, runDevstudio, type Installation } from '#tests/harness/installation.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

const SECRET = 'a secret that only this test knows, long enough';

/** What is killed here is killed in the real product: processes of their own, a PostgreSQL of its own. */
describe('processes that die', () => {
  let studio: Installation;
  let token: string;

  const graphql = async (query: string, variables: Record<string, unknown> = {}) => {
    const response = await fetch(`${studio.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query, variables }),
    });
    return z.object({ data: z.unknown(), errors: z.array(z.unknown()).optional() }).parse(await response.json());
  };

  const database = async (text: string): Promise<unknown[]> => {
    const password = secretFrom(SECRET)('database:owner').toString('base64url');
    const client = new Client({
      connectionString: `postgres://devstudio:${password}@127.0.0.1:${studio.env['POSTGRES_PORT']}/devstudio`,
    });
    await client.connect();
    const { rows } = await client.query(text);
    await client.end();
    return rows;
  };

  /** Opens a chat that goes on for long, runs `fault` once its first piece is there, and answers how it ended. */
  const chatThrough = async (fault: () => Promise<void>): Promise<unknown> => {
    const client = createClient({
      url: `${studio.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    });
    const stream = client.iterate({
      query: 'subscription ($input: ChatInput!) { chat(input: $input) { index text finishReason } }',
      variables: { input: { model: 'endless', messages: [{ role: 'USER', content: 'Go on' }], maxTokens: 20_000 } },
    });
    let hit: Promise<void> | undefined;
    let code: unknown;
    try {
      for await (const { errors } of stream) {
        hit ??= fault();
        await hit;
        code = errors?.[0]?.extensions?.['code'];
      }
      return code;
    } finally {
      await client.dispose();
    }
  };

  const processOf = async (pattern: RegExp): Promise<number> => {
    const found = (await studio.processes()).find(({ command }) => pattern.test(command));
    if (!found) throw new Error(`no process matches ${pattern}`);
    return found.pid;
  };

  const expectNextChatToWork = async (): Promise<void> => {
    const next = await graphql(
      'mutation { chat(input: { model: "starter", messages: [{ role: USER, content: "Hello" }] }) { text } }',
    );
    expect(next.errors).toBeUndefined();
  };

  /** A dead process cannot settle; the reaper does once the lease has run out. */
  const expectNoReservationToOutliveItsLease = async (): Promise<void> => {
    await expect
      .poll(() => database("select request_id from billing.llm_requests where state = 'open'"), { timeout: 40_000 })
      .toEqual([]);
  };

  beforeAll(async () => {
    studio = await install({ env: { DEVSTUDIO_SECRET: SECRET } });
    await mkdir(join(studio.home, 'models'), { recursive: true });
    await writeRandomModel(join(studio.home, 'models/endless.gguf'), { contextSize: 32_768 });
    const answer = await graphql(
      'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
      studio.admin,
    );
    token = z.object({ login: z.object({ accessToken: z.string() }) }).parse(answer.data).login.accessToken;
  });

  afterAll(() => studio.remove());

  test('a killed worker ends its chat with MODEL_CRASHED, and the next chat works', async () => {
    const code = await chatThrough(async () => {
      process.kill(await processOf(/worker\/main\.ts/), 'SIGKILL');
    });
    expect(code).toBe('MODEL_CRASHED');
    await expectNextChatToWork();
    await expectNoReservationToOutliveItsLease();
  });

  test('a killed models service ends its chat with MODEL_CRASHED, and the next chat works', async () => {
    const code = await chatThrough(async () => {
      process.kill(await processOf(/serve --supervised models$/), 'SIGKILL');
    });
    expect(code).toBe('MODEL_CRASHED');
    await expectNextChatToWork();
    await expectNoReservationToOutliveItsLease();
  });

  test('a second start on the same folder is refused with one line', async () => {
    const { code, stderr } = await runDevstudio(['start'], studio.env);
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('SIGTERM ends every process, and the next start finds everything again', async () => {
    const before = await studio.processes();
    expect(before.length).toBeGreaterThan(3);
    expect(await studio.end('SIGTERM')).toBe(0);
    await gone(before);
    const again = await install({ home: studio.home, env: studio.env });
    expect(again.output()).not.toContain('password');
    studio = again;
    await expectNextChatToWork();
  });

  test('SIGKILL of the supervisor leaves no process behind, PostgreSQL included', async () => {
    const before = await studio.processes();
    await studio.end('SIGKILL');
    await expect(gone(before)).resolves.toBeUndefined();
  });
});
