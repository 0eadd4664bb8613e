import { z } from 'zod';
import type { UsageForecast } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { startRounds, type Rounds } from '#mesh/rounds.ts';
import { parseInput } from './input.ts';
import type { Balance } from './store/billing.ts';
import { trainForecasts, type Forecast } from './store/forecast.ts';

/** So far ahead a forecast is made, whatever part of it is asked for: the balance may last as long. */
export const HORIZON_DAYS = 365;

/** With less history than this no end is foretold. */
const LEAST_HISTORY_DAYS = 14;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The day of UTC that an instant lies in, `2026-11-22`. */
export const dayOf = (now: Date): string => now.toISOString().slice(0, 10);

/** Midnight (UTC) at which a day begins, some days after another. */
export const startOf = (day: string, later = 0): string =>
  new Date(Date.parse(`${day}T00:00:00.000Z`) + later * DAY_MS).toISOString();

/**
 * The day on which the use of the coming days passes what is left.
 * @param available tokens that are left today
 * @returns how many days after today; null when they last longer than the forecast, or when it has too little to go by
 */
export const daysUntilExhausted = (
  { tokens, historyDays }: Pick<Forecast, 'tokens' | 'historyDays'>,
  available: bigint,
): number | null => {
  if (historyDays < LEAST_HISTORY_DAYS) return null;
  if (available <= 0n) return 0;
  let used = 0n;
  const last = tokens.findIndex((day) => (used += day) > available);
  return last === -1 ? null : last + 1;
};

const Days = z.object({
  days: z.int().min(1, 'must be 1 or more').max(HORIZON_DAYS, `must be ${HORIZON_DAYS} or less`),
});

/** @throws StudioError BAD_USER_INPUT */
export const forecastDaysOf = (days: number): number => parseInput(Days, { days }).days;

/** What is shown of a forecast that was made today. */
export const shownForecast = (forecast: Forecast, balance: Balance, today: string, days: number): UsageForecast => {
  const { granted, reserved, spent } = balance;
  const exhausted = daysUntilExhausted(forecast, BigInt(granted - reserved - spent));
  return {
    engine: forecast.engine,
    note: forecast.note,
    days: forecast.tokens
      .slice(0, days)
      .map((tokens, index) => ({ day: startOf(today, index + 1), tokens: tokens.toString() })),
    exhaustedOn: exhausted === null ? null : startOf(today, exhausted),
  };
};

/** Looks every hour whether PostgresML is to be trained again; the database decides, so any number of replicas may ask. */
export const startTraining = (db: Database, log: Log, pauseMs: number = HOUR_MS): Rounds =>
  startRounds(
    'training',
    async () => {
      const outcome = await trainForecasts(db);
      if (outcome === 'trained') log.info('PostgresML was trained on the use so far');
      if (outcome === 'failed') log.warn('PostgresML could not be trained; its log says why');
    },
    { log, pauseMs },
  );
