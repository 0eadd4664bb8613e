import { expect, test } from 'vitest';
import { FACTS } from '../facts.ts';
import { TASKS } from '../tasks.ts';
import { generatePairs } from './pairs.ts';
import { preparePairs } from './prepare.ts';
import { codeRetrieval, factRetrieval, firstFound } from './retrieval.ts';

test('the same seed gives the same pairs, another seed others', () => {
  expect(generatePairs(50, 7)).toEqual(generatePairs(50, 7));
  expect(generatePairs(50, 7)).not.toEqual(generatePairs(50, 8));
});

test('pairs are of facts, of tasks, or of no group, and none of their texts is empty or left unfilled', () => {
  const pairs = generatePairs(3_000, 3);
  const groups = new Set(pairs.map(({ group }) => group));
  expect(Math.min(...groups)).toBe(-1);
  expect(Math.max(...groups)).toBeLessThan(FACTS.length + TASKS.length);
  for (const text of pairs.flatMap(({ texts }) => texts)) {
    expect(text).not.toBe('');
    expect(text).not.toMatch(/\{\}|\[object/);
  }
});

test('what is measured is in no pair', () => {
  const trained = new Set(generatePairs(5_000, 42).flatMap(({ texts }) => texts));
  const queries = [factRetrieval(), codeRetrieval()].flatMap((retrieval) => retrieval.queries);
  expect(queries.filter(({ text }) => trained.has(text))).toEqual([]);
});

test('pairs become numbers: two lengths and one group a pair', () => {
  const encode = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0));
  const data = preparePairs(
    [
      { texts: ['ab', 'c'], group: 4 },
      { texts: ['', 'd'], group: -1 },
    ],
    encode,
  );
  expect([...data.tokens]).toEqual([97, 98, 99, 100]);
  expect([...data.lengths]).toEqual([2, 1, 0, 1]);
  expect([...data.groups]).toEqual([4, -1]);
});

test('a query counts where the nearest text is one of its own', () => {
  const queries = [
    { text: 'a', finds: [0] },
    { text: 'b', finds: [0, 1] },
    { text: 'c', finds: [0] },
  ];
  const texts = [
    [1, 0],
    [0, 1],
  ];
  const share = firstFound({ texts: ['', ''], queries }, texts, [
    [1, 0],
    [0.6, 0.8],
    [0, 1],
  ]);
  expect(share).toBeCloseTo(2 / 3);
});
