import { expect, test } from 'vitest';
import { chooseSlot, type Memory } from './slot-choice.ts';

const slot = (index: number, memory: Partial<Memory> = {}): Memory => ({
  index,
  user: undefined,
  remembered: 0,
  shared: 0,
  usedAt: 0,
  ...memory,
});
const chosen = (free: readonly Memory[], user = 'ann', promptTokens = 100) =>
  chooseSlot(free, user, promptTokens)?.index;

test('a conversation goes on where its beginning is remembered', () => {
  const free = [slot(0), slot(1, { user: 'ann', remembered: 80, shared: 80 })];
  expect(chosen(free)).toBe(1);
});

test('of two memories the one that shares more is taken', () => {
  const free = [
    slot(0, { user: 'ann', remembered: 50, shared: 50 }),
    slot(1, { user: 'ann', remembered: 90, shared: 80 }),
  ];
  expect(chosen(free)).toBe(1);
});

test('another user’s memory is never gone on with', () => {
  const free = [slot(0, { user: 'bob', remembered: 99, shared: 99 }), slot(1)];
  expect(chosen(free)).toBe(1);
});

test('a long memory is not given up for a short common beginning', () => {
  const free = [slot(0, { user: 'ann', remembered: 900, shared: 5 }), slot(1)];
  expect(chosen(free)).toBe(1);
});

test('the same prompt once more finds its place, however long its answer was', () => {
  const free = [slot(0), slot(1, { user: 'ann', remembered: 900, shared: 100 })];
  expect(chosen(free)).toBe(1);
});

test('nothing remembered is preferred to a memory, and the lowest of them', () => {
  const free = [slot(2), slot(0, { user: 'bob', remembered: 10 }), slot(1)];
  expect(chosen(free)).toBe(1);
});

test('one user’s many conversations push out his own memories, the oldest first', () => {
  const free = [
    slot(0, { user: 'ann', remembered: 50, usedAt: 1 }),
    slot(1, { user: 'bob', remembered: 50, usedAt: 3 }),
    slot(2, { user: 'bob', remembered: 50, usedAt: 2 }),
  ];
  expect(chosen(free, 'bob')).toBe(2);
  expect(chosen(free, 'cid')).toBe(2);
  expect(chosen(free.slice(0, 2), 'bob')).toBe(1);
});

test('without a free slot there is none', () => {
  expect(chosen([])).toBeUndefined();
});
