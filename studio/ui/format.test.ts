import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatCount } from './format.ts';

test('counts are grouped by spaces that do not break', () => {
  expect([formatCount(7), formatCount(310_482), formatCount(1_000_000)]).toEqual([
    '7',
    '310\u00a0482',
    '1\u00a0000\u00a0000',
  ]);
});

test('bytes are given in the unit that fits', () => {
  expect([0, 900, 1_024, 2_012_345, 130_000_000, 5e12].map(formatBytes)).toEqual([
    '0 B',
    '900 B',
    '1.0 KiB',
    '1.9 MiB',
    '124 MiB',
    '4657 GiB',
  ]);
});

test('instants are given as their distance', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const ago = (seconds: number) => formatAgo(new Date(now - seconds * 1000).toISOString(), now);
  expect([ago(-5), ago(59), ago(61), ago(7_300), ago(3 * 86_400)]).toEqual(['now', 'now', '1 m', '2 h', '3 d']);
  expect(ago(30 * 86_400)).toBe('Oct 23');
});
