import { z } from 'zod';
import { StudioError } from '#mesh/errors.ts';
import { Instant, parseInput } from './input.ts';
import type { Window } from './store/usage.ts';

/** More than a chart can show. */
const MAX_INTERVALS = 1_000;

const HOUR_MS = 3_600_000;

const instant = Instant.transform((at) => at.toISOString()).nullish();
const Ends = z.object({ from: instant, to: instant });

export type Interval = 'HOUR' | 'DAY' | 'MONTH';

/** The calendar month (UTC) that an instant lies in. */
const monthOf = (now: Date): Window => ({
  from: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth())).toISOString(),
  to: new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString(),
});

/**
 * The window that somebody asks for; an end that is left out is the one of the month that runs.
 * @throws StudioError BAD_USER_INPUT
 */
export const windowOf = (asked: unknown, now: Date): Window => {
  const { from, to } = parseInput(Ends, asked ?? {});
  const month = monthOf(now);
  const window = { from: from ?? month.from, to: to ?? month.to };
  if (Date.parse(window.from) >= Date.parse(window.to)) {
    throw new StudioError('BAD_USER_INPUT', 'window must begin before it ends; a missing end is that of this month.', {
      argument: 'window',
    });
  }
  return window;
};

/** All that ever was and will be. */
export const ALL_TIME: Window = { from: '-infinity', to: 'infinity' };

const monthsSinceZero = (at: Date): number => at.getUTCFullYear() * 12 + at.getUTCMonth();

/** How many intervals of the calendar (UTC) a window touches. */
export const intervalsIn = ({ from, to }: Window, interval: Interval): number => {
  const [first, last] = [new Date(from), new Date(Date.parse(to) - 1)];
  if (interval === 'MONTH') return monthsSinceZero(last) - monthsSinceZero(first) + 1;
  const length = interval === 'HOUR' ? HOUR_MS : 24 * HOUR_MS;
  return Math.floor(last.getTime() / length) - Math.floor(first.getTime() / length) + 1;
};

/** @throws StudioError BAD_USER_INPUT when a series would have too many intervals */
export const refuseLongSeries = (window: Window, interval: Interval): void => {
  const intervals = intervalsIn(window, interval);
  if (intervals > MAX_INTERVALS) {
    throw new StudioError(
      'BAD_USER_INPUT',
      `window has ${intervals} intervals; a series has at most ${MAX_INTERVALS}: narrow the window, or take longer intervals.`,
      { argument: 'window' },
    );
  }
};
