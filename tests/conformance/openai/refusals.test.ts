import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { descendants } from '#tests/harness/installation.ts';
import { startStudio } from '#tests/harness/studio.ts';
import { QUESTION, refusal, startOpenAiStudio, type OpenAiStudio } from './client.ts';

const WORKER = /subgraphs\/models\/worker\/main\.ts/;

describe("what OpenAI's own client is told when it is refused", () => {
  let there: OpenAiStudio;
  let openai: OpenAI;

  beforeAll(async () => {
    there = await startOpenAiStudio();
    ({ openai } = there);
  });
  afterAll(() => there.studio.stop());

  test.each([
    [{ messages: [] }, 'messages'],
    [{ temperature: 3 }, 'temperature'],
    [{ n: 9 }, 'n'],
    [{ frequency_penalty: 0.5 }, 'frequency_penalty'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'messages[0].content[0].type',
    ],
    [{ shoe_size: 42 }, 'shoe_size'],
    [
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: 'y' },
        ],
      },
      'messages',
    ],
  ] as const)('is told what is wrong with %j', async (wrong, param) => {
    const body = { model: 'starter', messages: QUESTION, ...wrong };
    const error = await refusal(openai.post('/chat/completions', { body }));
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', code: 'BAD_USER_INPUT' });
    expect(error.param).toBe(param);
  });

  test('is told that a key is bad: 401', async () => {
    const error = await refusal(there.clientOf('cds_wrong').models.list());
    expect(error).toMatchObject({ status: 401, type: 'authentication_error', code: 'UNAUTHENTICATED' });
  });

  test('is told that its role does not reach: 403', async () => {
    const viewer = there.clientOf(await there.account({ email: 'viewer@example.org', role: 'VIEWER', tokens: 10 }));
    const error = await refusal(viewer.chat.completions.create({ model: 'starter', messages: QUESTION }));
    expect(error).toMatchObject({ status: 403, type: 'permission_error', code: 'FORBIDDEN' });
  });

  test('is told that there is no such model: 404, streamed or not', async () => {
    expect(await refusal(openai.models.retrieve('nothing'))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    for (const stream of [true, false]) {
      const error = await refusal(openai.chat.completions.create({ model: 'nothing', messages: QUESTION, stream }));
      expect(error).toMatchObject({ status: 404, type: 'not_found_error', code: 'NOT_FOUND', param: 'model' });
    }
  });

  test('is told that the tokens are used up: 429 with Retry-After, and does not ask again', async () => {
    const poor = there.clientOf(await there.account({ email: 'poor@example.org' }), 2);
    for (const stream of [true, false]) {
      const error = await refusal(poor.chat.completions.create({ model: 'starter', messages: QUESTION, stream }));
      expect(error).toMatchObject({ status: 429, type: 'insufficient_quota', code: 'BUDGET_EXCEEDED' });
      expect(error.headers?.get('retry-after')).toMatch(/^\d+$/);
      expect(error.headers?.get('x-should-retry')).toBe('false');
    }
  });

  test('is told that a model cannot be loaded: 500, and the next call is answered', async () => {
    await writeFile(join(there.studio.config.modelsDir, 'broken.gguf'), 'this is no model');
    const error = await refusal(openai.chat.completions.create({ model: 'broken', messages: QUESTION }));
    expect(error).toMatchObject({ status: 500, type: 'server_error', code: 'MODEL_NOT_LOADED' });
    const { choices } = await openai.chat.completions.create({ model: 'starter', messages: QUESTION, max_tokens: 2 });
    expect(choices).toHaveLength(1);
  });

  test('is told in the midst of a stream that the model crashed', async () => {
    const stream = await openai.chat.completions.create({
      model: 'endless',
      messages: QUESTION,
      max_tokens: 20_000,
      stream: true,
    });
    let killed = false;
    const read = async (): Promise<void> => {
      for await (const _ of stream) {
        if (killed) continue;
        killed = true;
        for (const { pid, command } of await descendants(process.pid)) {
          if (WORKER.test(command)) process.kill(pid, 'SIGKILL');
        }
      }
    };
    expect(await refusal(read())).toMatchObject({ code: 'MODEL_CRASHED', type: 'server_error' });
  });
});

test('a rate that is used up is 429 with the seconds to wait', async () => {
  const studio = await startStudio({ rates: { ...RATE_LIMITS, principal: 3 } });
  try {
    const openai = new OpenAI({ apiKey: await studio.login(), baseURL: `${studio.url}/v1`, maxRetries: 0 });
    for (let call = 0; call < 3; call += 1) await openai.models.list();
    const error = await refusal(openai.models.list());
    expect(error).toMatchObject({ status: 429, type: 'rate_limit_error', code: 'RATE_LIMITED' });
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
  } finally {
    await studio.stop();
  }
});
