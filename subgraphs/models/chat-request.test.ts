import { expect, test } from 'vitest';
import type { ChatInput } from '#codegen/models.ts';
import { readChatRequest } from './chat-request.ts';

const input = (changes: Partial<ChatInput> = {}): ChatInput => ({
  model: 'starter',
  messages: [{ role: 'USER', content: 'Hello' }],
  ...changes,
});

test('what is left out, or null, has its default', () => {
  for (const nothing of [null, undefined]) {
    const changes = { maxTokens: nothing, temperature: nothing, topP: nothing, topK: nothing, seed: nothing };
    const request = readChatRequest(input({ ...changes, repeatPenalty: nothing, stop: nothing } as Partial<ChatInput>));
    expect(request).toMatchObject({ maxTokens: null, stop: [] });
    expect(request.sampling).toMatchObject({ temperature: 0.7, topP: 0.95, topK: 40, repeatPenalty: 1 });
  }
});

test('without a seed every chat has one of its own; any Int is a seed', () => {
  expect(readChatRequest(input()).sampling.seed).not.toBe(readChatRequest(input()).sampling.seed);
  expect(readChatRequest(input({ seed: 0 })).sampling.seed).toBe(0);
  expect(readChatRequest(input({ seed: -1 })).sampling.seed).toBe(4_294_967_295);
});

test('the bounds themselves are allowed', () => {
  const low = input({ maxTokens: 1, temperature: 0, topP: 0.001, topK: 0, repeatPenalty: 0.1, stop: ['x'] });
  const high = input({ temperature: 2, topP: 1, topK: 1_000, repeatPenalty: 2, stop: Array(8).fill('x'.repeat(64)) });
  for (const edge of [low, high]) expect(() => readChatRequest(edge)).not.toThrow();
});

const many = Array.from({ length: 1_001 }, () => ({ role: 'USER' as const, content: 'x' }));
test.each<[string, Partial<ChatInput>]>([
  ['maxTokens', { maxTokens: -1 }],
  ['maxTokens', { maxTokens: 0 }],
  ['temperature', { temperature: -0.1 }],
  ['temperature', { temperature: 2.1 }],
  ['temperature', { temperature: NaN }],
  ['topP', { topP: 0 }],
  ['topP', { topP: 1.1 }],
  ['topK', { topK: -1 }],
  ['topK', { topK: 1_001 }],
  ['repeatPenalty', { repeatPenalty: 2.1 }],
  ['stop', { stop: Array(9).fill('x') }],
  ['stop', { stop: [''] }],
  ['stop', { stop: ['x'.repeat(65)] }],
  ['messages', { messages: [] }],
  ['messages', { messages: many }],
  ['messages', { messages: [{ role: 'USER', content: 'ü'.repeat(131_073) }] }],
  ['messages', { messages: [{ role: 'USER', content: '' }] }],
  ['messages', { messages: [{ role: 'ASSISTANT', content: 'Hello' }] }],
])('%s out of bounds is refused by name: %j', (argument, changes) => {
  let refusal: unknown;
  try {
    readChatRequest(input(changes));
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', extensions: { argument } });
  expect(String(refusal)).toContain(argument);
});
