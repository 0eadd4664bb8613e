import { expect, test } from 'vitest';
import { tallyPrompts } from './prompt-tally.ts';

test('prompts count from where they are begun, each once', () => {
  const tally = tallyPrompts([{ promptTokens: 5 }, { promptTokens: 7 }, { promptTokens: 11 }]);
  expect(tally).toMatchObject({ most: 23, likely: 23 });
  expect(tally.read()).toBe(0);
  tally.begins(0);
  tally.begins(0);
  expect(tally.read()).toBe(5);
  tally.begins(1);
  expect(tally.read()).toBe(12);
});

test('what another machine has counted stands for what was likely, up to what is held', () => {
  const tally = tallyPrompts([
    { promptTokens: 50, likelyTokens: 12 },
    { promptTokens: 40, likelyTokens: 9 },
  ]);
  expect(tally).toMatchObject({ most: 90, likely: 21 });
  tally.begins(0);
  expect(tally.read()).toBe(12);
  tally.told(0, 14);
  expect(tally.read()).toBe(14);
  tally.begins(0);
  tally.begins(1);
  expect(tally.read()).toBe(23);
  tally.told(1, 1_000);
  expect(tally.read()).toBe(90);
});
