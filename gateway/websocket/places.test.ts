import { expect, test } from 'vitest';
import { MAX_KNOWN, MAX_NEWCOMERS, MAX_NOBODIES, Places, type Guest } from './places.ts';

const ended: Guest[] = [];

const guest = (busy = false): Guest => {
  const self: Guest = { isBusy: () => busy, giveWay: () => void ended.push(self) };
  return self;
};

const entered = (places: Places, count: number, busy = false): Guest[] =>
  Array.from({ length: count }, () => {
    const one = guest(busy);
    places.enter(one);
    return one;
  });

test('strangers, however many, leave their places to users', () => {
  const places = new Places();
  for (const one of entered(places, MAX_NEWCOMERS)) places.stayUnknown(one);
  entered(places, MAX_NEWCOMERS * 2);
  const [user] = entered(places, 1);
  expect(user && places.becomeKnown(user)).toBe(true);
});

test('the oldest that has not said who it is gives way to a new one', () => {
  const places = new Places();
  const [oldest, next] = entered(places, MAX_NEWCOMERS);
  ended.length = 0;
  entered(places, 1);
  expect(ended).toEqual([oldest]);
  expect(oldest && places.becomeKnown(oldest)).toBe(false);
  expect(next && places.becomeKnown(next)).toBe(true);
});

test('of those who are nobody, the oldest that does nothing gives way, and none that is at work', () => {
  const places = new Places();
  const [busy] = entered(places, 1, true);
  const [idle] = entered(places, 1);
  const rest = entered(places, MAX_NOBODIES - 2, true);
  for (const one of [busy, idle, ...rest]) expect(one && places.stayUnknown(one)).toBe(true);
  ended.length = 0;
  const [first, second] = entered(places, 2, true);
  expect(first && places.stayUnknown(first)).toBe(true);
  expect(ended).toEqual([idle]);
  expect(second && places.stayUnknown(second)).toBe(false);
});

test('users have a bound as well, and who leaves makes room', () => {
  const places = new Places();
  const known = Array.from({ length: MAX_KNOWN }, () => {
    const one = guest();
    places.enter(one);
    places.becomeKnown(one);
    return one;
  });
  const [late] = entered(places, 1);
  expect(late && places.becomeKnown(late)).toBe(false);
  places.leave(known[0] ?? guest());
  expect(late && places.becomeKnown(late)).toBe(true);
});
