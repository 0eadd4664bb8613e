import { expect, test } from 'vitest';
import { createNumbering } from './input.ts';

test('a message is taken once, and only after those before it', () => {
  const numbering = createNumbering();
  expect(numbering.verdict('tab', 2)).toEqual({ outcome: 'early', next: 1 });
  expect(numbering.verdict('tab', 1)).toEqual({ outcome: 'next' });
  // Not taken yet: it may come again.
  expect(numbering.verdict('tab', 1)).toEqual({ outcome: 'next' });
  numbering.took('tab');
  expect(numbering.verdict('tab', 1)).toEqual({ outcome: 'repeated', last: 1 });
  expect(numbering.verdict('tab', 3)).toEqual({ outcome: 'early', next: 2 });
  expect(numbering.verdict('tab', 2)).toEqual({ outcome: 'next' });
});

test('each writer has numbers of its own, and the one that was silent longest begins anew', () => {
  const numbering = createNumbering();
  numbering.took('first');
  numbering.took('second');
  expect(numbering.verdict('second', 1)).toEqual({ outcome: 'repeated', last: 1 });
  for (let index = 0; index < 31; index++) numbering.took(`tab ${index}`);
  expect(numbering.verdict('first', 2)).toEqual({ outcome: 'early', next: 1 });
  expect(numbering.verdict('second', 2)).toEqual({ outcome: 'next' });
});
