import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { startRounds, type Rounds } from '#mesh/rounds.ts';
import { recordOmitted } from './audit.ts';
import { forgetUnusedKeys } from './store/api-keys.ts';
import { reapOne } from './store/billing.ts';
import { deleteExpiredDevices } from './store/devices.ts';
import { purgeWindows } from './store/quotas.ts';
import { deleteExpiredSignIns } from './store/oidc.ts';
import { deleteOldResets } from './store/password-resets.ts';
import { deleteExpiredRefreshTokens, deleteExpiredSessions } from './store/sessions.ts';
import { deleteOldSignInFailures } from './store/sign-in-failures.ts';

/** A reservation outlives its lease by this at most; both rounds are one indexed look when there is nothing to do. */
const INTERVAL_MS = 1_000;

const reap = async (db: Database): Promise<void> => {
  while (await reapOne(db));
};

const STEPS: readonly ((db: Database) => Promise<unknown>)[] = [
  reap,
  deleteExpiredSessions,
  deleteExpiredRefreshTokens,
  purgeWindows,
  deleteOldResets,
  deleteExpiredSignIns,
  deleteOldSignInFailures,
  deleteExpiredDevices,
  forgetUnusedKeys,
  recordOmitted,
];

/**
 * Closes the reservations of workers that are gone, and forgets what has ended: sessions, tokens, links, unused keys. Safe
 * on every replica. A step that fails keeps none of the others from its turn.
 * @throws AggregateError of all that failed
 */
export const keepHouse = async (db: Database): Promise<void> => {
  const failures: unknown[] = [];
  for (const step of STEPS) await step(db).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'steps of housekeeping failed');
};

/** Keeps house every few seconds until it is stopped; `stop` waits for a round that runs. */
export const startHousekeeping = (db: Database, log: Log, pauseMs: number = INTERVAL_MS): Rounds =>
  startRounds('housekeeping', () => keepHouse(db), { log, pauseMs });
