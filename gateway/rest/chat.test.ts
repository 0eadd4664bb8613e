import { describe, expect, test } from 'vitest';
import { chatChunks, chatInput, type ChatEventData } from './chat.ts';

const event = (text: string, end: Partial<ChatEventData['chat']> = {}): ChatEventData => ({
  chat: {
    requestId: 'r',
    model: { name: 'starter' },
    choice: 0,
    text,
    toolCalls: [],
    logprobs: null,
    finishReason: null,
    usage: null,
    ...end,
  },
});
const USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3, cachedTokens: 0 };
const deltas = (payloads: readonly unknown[]) => payloads.map((payload) => Object(payload).choices?.[0]?.delta);

describe('chunks', () => {
  test('begin with the role, once', () => {
    const next = chatChunks(7, false);
    expect(deltas(next(event('a')).payloads)).toEqual([{ role: 'assistant', content: '' }, { content: 'a' }]);
    expect(deltas(next(event('b')).payloads)).toEqual([{ content: 'b' }]);
  });

  test('end with why, after the last text', () => {
    const next = chatChunks(7, false);
    next(event('a'));
    const { payloads, last } = next(event('b', { finishReason: 'BUDGET', usage: USAGE }));
    expect(last).toBe(true);
    expect(payloads).toMatchObject([
      { choices: [{ delta: { content: 'b' }, finish_reason: null }] },
      { choices: [{ delta: {}, finish_reason: 'length' }] },
    ]);
    expect(payloads).not.toContainEqual(expect.objectContaining({ usage: expect.anything() }));
  });

  test('may all come of one event', () => {
    const { payloads, last } = chatChunks(7, true)(event('', { finishReason: 'STOP', usage: USAGE }));
    expect(last).toBe(true);
    expect(payloads).toMatchObject([
      { id: 'chatcmpl-r', created: 7, model: 'starter', usage: null },
      { choices: [{ finish_reason: 'stop' }], usage: null },
      { choices: [], usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } },
    ]);
  });
});

describe("a chat in OpenAI's names", () => {
  const base = { model: 'starter', messages: [{ role: 'user' as const, content: 'hello' }] };

  test('becomes the graph’s input', () => {
    const options = { temperature: 0, top_p: 0.5, top_k: 3, repeat_penalty: 1.1, seed: 5, stop: ['x'], max_tokens: 9 };
    expect(chatInput({ ...base, ...options })).toEqual({
      model: 'starter',
      messages: [{ role: 'USER', content: 'hello' }],
      maxTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      repeatPenalty: 1.1,
      seed: 5,
      stop: ['x'],
    });
  });

  test('may have parts of text, a developer, one stop text and the newer name of max_tokens', () => {
    const content = [{ text: 'a' }, { text: 'b' }];
    const messages = [{ role: 'developer' as const, content }];
    expect(chatInput({ ...base, messages, max_tokens: 9, max_completion_tokens: 3, stop: 'x' })).toMatchObject({
      messages: [{ role: 'SYSTEM', content: 'a\nb' }],
      maxTokens: 3,
      stop: ['x'],
    });
  });

  test.each([
    [-1, -1],
    [2 ** 31, -(2 ** 31)],
    [2 ** 32 + 7, 7],
    [Number.MAX_SAFE_INTEGER, -1],
    [null, null],
    [undefined, undefined],
  ])('has of the seed %d its lowest 32 bits', (seed, narrow) => {
    expect(chatInput({ ...base, ...(seed === undefined ? {} : { seed }) }).seed).toBe(narrow);
  });
});
