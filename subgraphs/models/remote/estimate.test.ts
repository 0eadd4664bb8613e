import { expect, test } from 'vitest';
import { estimatePrompt, estimateText } from './estimate.ts';

const chat = (content: string) => ({ kind: 'chat', turns: [{ role: 'USER', content }], tools: [] }) as const;

test('a prompt has no more tokens than bytes and what a template adds, and likely a quarter', () => {
  expect(estimatePrompt(chat('a'.repeat(400)), 10_000)).toEqual({ most: 480, likely: 120 });
  expect(estimatePrompt(chat('é'.repeat(400)), 10_000).most).toBe(880);
  expect(estimatePrompt({ kind: 'text', text: 'abcd' }, 10_000)).toEqual({ most: 6, likely: 2 });
});

test('none has more than the context holds', () => {
  expect(estimatePrompt(chat('a'.repeat(4_000)), 1_000)).toEqual({ most: 999, likely: 999 });
  expect(estimateText('a'.repeat(4_000), 512).most).toBe(512);
});

test('calls and tools are a part of it', () => {
  const tool = { name: 'add', description: null, parameters: { type: 'object' }, grammar: 'x'.repeat(9_000) };
  const { most } = estimatePrompt({ ...chat('a'), tools: [tool] }, 10_000);
  expect(most).toBeGreaterThan(100);
  expect(most).toBeLessThan(1_000);
});
