import type { BatchItem, EvaluationPriority, Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import { gatherAndSort } from './batching.ts';

/** An item of a slot; the library gives tokens and priorities their own types, of which only numbers matter here. */
const item = (slot: number, tokens = 1): BatchItem => ({
  tokens: Array.from({ length: tokens }, () => 7 as Token),
  logits: [],
  evaluationPriority: slot as EvaluationPriority,
});

test('waits a little for every active sequence, and not for ever', () => {
  const strategy = gatherAndSort(() => 2);
  const items = [item(1)];
  for (let look = 0; look < 8; look++) expect(strategy({ items, size: 512 })).toEqual([]);
  expect(strategy({ items, size: 512 })).toHaveLength(1);
  expect(strategy({ items, size: 512 })).toEqual([]);
});

test('a complete batch goes at once, in the order of the slots', () => {
  const items = [item(3), item(1), item(2)];
  const batch = gatherAndSort(() => 3)({ items, size: 512 });
  expect(batch.map(({ item: { evaluationPriority } }) => evaluationPriority)).toEqual([1, 2, 3]);
});

test('a batch holds no more than its size', () => {
  const batch = gatherAndSort(() => 2)({ items: [item(1, 300), item(2, 300), item(3, 300)], size: 512 });
  expect(batch.map(({ processAmount }) => processAmount)).toEqual([300, 212]);
});
