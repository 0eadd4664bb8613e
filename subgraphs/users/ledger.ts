import { z } from 'zod';
import type { UsageWindow } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { parseInput } from './input.ts';
import { isEntry, ledgerPage, type Entry } from './store/ledger.ts';
import type { Filter } from './store/usage.ts';
import { ALL_TIME, windowOf } from './usage-window.ts';

/** At most so many lines of CSV: at about 220 bytes a line, 1.1 KiB at worst, it stays within the 16 MiB that the gateway takes in. */
export const CSV_LINES = 10_000;
/** Of them, so many are read and written at a stretch. */
const STRETCH = 500;

/** Longer than the id of any entry. */
const After = z.object({ after: z.string().max(64, 'is not the id of an entry').nullable() });
const First = z.object({ first: z.int().min(1, 'must be 1 or more').max(500, 'must be 500 or less') });

interface Asked {
  readonly window: UsageWindow | null | undefined;
  readonly after: string | null | undefined;
}

/**
 * Reads pages that follow one another.
 * @throws StudioError BAD_USER_INPUT for an `after` that is no entry of whom the filter names
 */
const pagesOf = async (
  db: Database,
  asked: Asked,
  filter: Filter,
): Promise<(first: number, after?: string) => Promise<readonly Entry[]>> => {
  const window = asked.window ? windowOf(asked.window, new Date()) : ALL_TIME;
  const { after } = parseInput(After, { after: asked.after ?? null });
  if (after !== null && (after.includes('\u0000') || !(await isEntry(db, after, filter.userId)))) {
    throw new StudioError('BAD_USER_INPUT', 'after is not the id of an entry of this ledger.', { argument: 'after' });
  }
  return (first, following) => ledgerPage(db, window, filter, { first, after: following ?? after });
};

/**
 * Grants and charges, newest first; of all time when no window is given.
 * @throws StudioError BAD_USER_INPUT
 */
export const readLedger = async (
  db: Database,
  { first: given, ...asked }: Asked & { readonly first: number },
  filter: Filter,
): Promise<readonly Entry[]> => {
  const { first } = parseInput(First, { first: given });
  return (await pagesOf(db, asked, filter))(first);
};

/** The same piece by piece, as many as CSV_LINES in all. */
export async function* readLedgerForCsv(db: Database, asked: Asked, filter: Filter): AsyncGenerator<readonly Entry[]> {
  const read = await pagesOf(db, asked, filter);
  let last: string | undefined;
  for (let rest = CSV_LINES; rest > 0; rest -= STRETCH) {
    const page = await read(Math.min(rest, STRETCH), last);
    yield page;
    last = page.at(-1)?.id;
    if (page.length < STRETCH) return;
  }
}
