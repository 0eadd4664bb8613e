import { expect, test } from 'vitest';
import { shiftTurns } from './context-shift.ts';
import type { Turn } from './worker/protocol.ts';

const user = (content: string): Turn => ({ role: 'USER', content });
const assistant = (content: string): Turn => ({ role: 'ASSISTANT', content });
const TURNS: readonly Turn[] = [
  { role: 'SYSTEM', content: 's' },
  user('1'),
  assistant('2'),
  user('3'),
  { role: 'ASSISTANT', content: '', calls: [{ id: 'c', name: 'f', arguments: '{}' }] },
  { role: 'TOOL', content: '4', callId: 'c' },
  assistant('5'),
  user('6'),
];
const upTo =
  (most: number) =>
  async (turns: readonly Turn[]): Promise<boolean> =>
    turns.length <= most;
const texts = (turns: readonly Turn[]): string => turns.map(({ content }) => content).join('');

test.each([
  [8, 's123456'],
  [7, 's3456'],
  [6, 's3456'],
  [5, 's6'],
  [2, 's6'],
])('as few exchanges go as need be: of %i turns', async (most, expected) => {
  expect(texts(await shiftTurns(TURNS, upTo(most)))).toBe(expected);
});

test('a call never stands without its result, nor a result without its call', async () => {
  for (let most = 2; most <= 8; most++) {
    const left = await shiftTurns(TURNS, upTo(most));
    const calls = left.flatMap((turn) => turn.calls ?? []).length;
    expect(left.filter(({ role }) => role === 'TOOL')).toHaveLength(calls);
  }
});

test('one whose last exchange is too long stays as it is', async () => {
  expect(await shiftTurns(TURNS, upTo(1))).toBe(TURNS);
});
