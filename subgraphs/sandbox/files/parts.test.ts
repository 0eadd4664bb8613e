import { expect, test } from 'vitest';
import { partsOf } from './parts.ts';

test('a short text is one part, a blank one none', () => {
  expect(partsOf('a\nb\n')).toEqual([{ line: 1, text: 'a\nb\n' }]);
  expect(partsOf('')).toEqual([]);
  expect(partsOf(' \n\t\n')).toEqual([]);
});

test('a long text is cut at ends of lines, and nothing of it is lost', () => {
  const text = Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join('');
  const parts = partsOf(text);
  expect(parts.length).toBe(2);
  expect(parts.map((part) => part.text).join('')).toBe(text);
  expect(parts[1]?.text.startsWith(`line ${(parts[1]?.line ?? 0) - 1}\n`)).toBe(true);
});

test('a long line is cut where it must be, in whole characters', () => {
  const parts = partsOf(`first\n${'😀'.repeat(1_001)}\nlast\n`);
  expect(parts.map(({ line }) => line)).toEqual([1, 2, 2]);
  expect(parts.every(({ text }) => text.isWellFormed() && text.length <= 1_600)).toBe(true);
});
