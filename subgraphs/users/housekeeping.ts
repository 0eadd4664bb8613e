import type { Database } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import { startRounds, type Rounds } from '#mesh/rounds.ts';
import { recordOmitted } from './audit.ts';
import { reapOne } from './store/billing.ts';
import { purgeWindows } from './store/quotas.ts';
import { deleteExpiredSignIns } from './store/oidc.ts';
import { deleteOldResets } from './store/password-resets.ts';
import { deleteExpiredRefreshTokens, deleteExpiredSessions } from './store/sessions.ts';
import { deleteOldSignInFailures } from './store/sign-in-failures.ts';

/** A reservation outlives its lease by this at most; both rounds are one indexed look when there is nothing to do. */
const INTERVAL_MS = 1_000;

/** Closes the reservations of workers that are gone, and forgets sessions and refresh tokens that have ended. Safe on every replica. */
export const keepHouse = async (db: Database): Promise<void> => {
  while (await reapOne(db));
  await deleteExpiredSessions(db);
  await deleteExpiredRefreshTokens(db);
  await purgeWindows(db);
  await deleteOldResets(db);
  await deleteExpiredSignIns(db);
  await deleteOldSignInFailures(db);
  await recordOmitted(db);
};

/** Keeps house every few seconds until it is stopped; `stop` waits for a round that runs. */
export const startHousekeeping = (db: Database, log: Log, pauseMs: number = INTERVAL_MS): Rounds =>
  startRounds('housekeeping', () => keepHouse(db), { log, pauseMs });
