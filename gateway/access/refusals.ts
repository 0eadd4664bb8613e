import type { Identity } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** Refusals that are told of in a second: of one user, and of all together. The rest are counted in the log alone. */
const OF_USER = 3;
const OF_ALL = 30;
const SECOND_MS = 1_000;
/** Coordinates that are named of one refusal. */
const MAX_COORDINATES = 10;

const RECORD = 'mutation RecordRefusal($coordinates: [String!]!) { recordRefusal(coordinates: $coordinates) }';

/** Tells the audit log who was refused what is for managing. */
export interface Refusals {
  /**
   * Nobody waits for it, and it never throws: a refusal stands, whether it could be noted or not.
   * @param coordinates of the refused fields; nothing is noted of none
   */
  note(coordinates: readonly string[], identity: Identity): void;
}

export const createRefusals = (users: Upstream, log: Log, now: () => number = Date.now): Refusals => {
  let second = { begun: now(), told: 0, left: 0, byUser: new Map<string, number>() };

  const allowed = (userId: string): boolean => {
    if (now() - second.begun >= SECOND_MS) {
      if (second.left > 0) log.warn({ left: second.left }, 'refusals were left out of the audit log');
      second = { begun: now(), told: 0, left: 0, byUser: new Map() };
    }
    const ofUser = second.byUser.get(userId) ?? 0;
    if (ofUser >= OF_USER || second.told >= OF_ALL) {
      second.left += 1;
      return false;
    }
    second.told += 1;
    second.byUser.set(userId, ofUser + 1);
    return true;
  };

  const tell = async (coordinates: readonly string[], identity: Identity): Promise<void> => {
    // The request that was refused may end before; that is no reason to forget it. The upstream has its own time limit.
    const { signal } = new AbortController();
    const body = JSON.stringify({ query: RECORD, variables: { coordinates: coordinates.slice(0, MAX_COORDINATES) } });
    const answer = await users.fetch({ kind: 'mutation', body, fields: ['recordRefusal'], identity, signal });
    if (answer.errors) log.error({ errors: answer.errors, coordinates }, 'a refusal was not recorded');
  };

  return {
    note: (coordinates, identity) => {
      if (coordinates.length === 0 || !identity.caller || !allowed(identity.caller.userId)) return;
      tell(coordinates, identity).catch((error: unknown) =>
        log.error({ error, coordinates }, 'a refusal was not recorded'),
      );
    },
  };
};
