import { z } from 'zod';
import type { UsageFilter } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { parseInput } from './input.ts';
import { usageSeries, type Filter, type Series, type Usage } from './store/usage.ts';
import { intervalsIn, refuseLongSeries, windowOf, type Interval } from './usage-window.ts';

/** As many lines as a chart can tell apart, as long as they have not more points than an answer should: about 2 MB. */
const MAX_GROUPS = 50;
const MAX_POINTS = 10_000;

const id = z
  .uuid('must be an id')
  .nullish()
  .transform((text) => text ?? null);
const FilterInput = z.object({
  userId: id,
  apiKeyId: id,
  model: z
    .string()
    .max(200, 'must have at most 200 characters')
    // A text of PostgreSQL holds no NUL, and so no name of a model does.
    .refine((text) => !text.includes('\u0000'), 'must not contain a NUL')
    .nullish()
    .transform((text) => text ?? null),
});

/** @throws StudioError BAD_USER_INPUT */
export const filterOf = (asked: UsageFilter | null | undefined): Filter => parseInput(FilterInput, asked ?? {});

export type Grouping = 'NONE' | 'MODEL' | 'API_KEY' | 'USER';

const INTERVALS = { HOUR: 'hour', DAY: 'day', MONTH: 'month' } as const satisfies Record<Interval, Series['interval']>;
const GROUPINGS = { NONE: 'none', MODEL: 'model', API_KEY: 'key', USER: 'user' } as const satisfies Record<
  Grouping,
  Series['groupBy']
>;

interface UsagePoint {
  readonly at: string;
  readonly group: string | null;
  readonly usage: Usage;
}

/**
 * Use over time, oldest first, without gaps.
 * @throws StudioError BAD_USER_INPUT
 */
export const seriesOf = async (
  db: Database,
  asked: { readonly window: unknown; readonly interval: Interval; readonly groupBy: Grouping },
  filter: Filter,
): Promise<UsagePoint[]> => {
  const window = windowOf(asked.window, new Date());
  refuseLongSeries(window, asked.interval);
  const groups = Math.min(MAX_GROUPS, Math.floor(MAX_POINTS / intervalsIn(window, asked.interval)));
  const series = { interval: INTERVALS[asked.interval], groupBy: GROUPINGS[asked.groupBy], groups };
  const points = await usageSeries(db, window, series, filter);
  return points.map(({ at, group, ...usage }) => ({ at, group, usage }));
};
