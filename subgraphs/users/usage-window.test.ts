import { expect, test } from 'vitest';
import { intervalsIn, refuseLongSeries, windowOf, type Interval } from './usage-window.ts';

const NOW = new Date('2026-12-31T23:59:59.999Z');

test('a window that is left out is the calendar month in UTC', () => {
  const month = { from: '2026-12-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };
  for (const nothing of [null, undefined, {}, { from: null, to: null }]) expect(windowOf(nothing, NOW)).toEqual(month);
});

test('an end that is given stands for itself, wherever its offset is', () => {
  expect(windowOf({ from: '2026-11-05T01:30:00+02:00' }, NOW)).toEqual({
    from: '2026-11-04T23:30:00.000Z',
    to: '2027-01-01T00:00:00.000Z',
  });
  expect(windowOf({ to: '2026-12-02T00:00:00Z' }, NOW)).toMatchObject({ to: '2026-12-02T00:00:00.000Z' });
});

test.each([
  [{ from: 'yesterday' }, 'from'],
  [{ to: "2026-12-02'; drop table users.accounts; --" }, 'to'],
  [{ to: '2026-02-30T00:00:00Z' }, 'to'],
  [{ from: 20261202 }, 'from'],
  [{ from: '2026-12-02T00:00:00Z', to: '2026-12-02T00:00:00Z' }, 'window'],
  [{ to: '2026-11-02T00:00:00Z' }, 'window'],
])('the window %j is refused', (window, argument) => {
  expect(() => windowOf(window, NOW)).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', extensions: expect.objectContaining({ argument }) }),
  );
});

test.each<[string, string, Interval, number]>([
  ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z', 'DAY', 1],
  ['2026-03-01T23:59:59.999Z', '2026-03-02T00:00:00.001Z', 'DAY', 2],
  ['2026-03-01T00:30:00.000Z', '2026-03-01T02:00:00.000Z', 'HOUR', 2],
  ['2025-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z', 'MONTH', 13],
  ['1969-12-31T23:00:00.000Z', '1970-01-01T01:00:00.000Z', 'DAY', 2],
])('from %s to %s there are, by %s, %d', (from, to, interval, count) => {
  expect(intervalsIn({ from, to }, interval)).toBe(count);
});

test('a series has at most a thousand intervals', () => {
  const window = (to: string) => ({ from: '2026-01-01T00:00:00.000Z', to });
  expect(() => refuseLongSeries(window('2026-02-11T16:00:00.000Z'), 'HOUR')).not.toThrow();
  expect(() => refuseLongSeries(window('2026-02-11T16:00:00.001Z'), 'HOUR')).toThrow(/1001 intervals/u);
  expect(() => refuseLongSeries(window('9999-12-31T00:00:00.000Z'), 'MONTH')).toThrow(/at most 1000/u);
});
