import { abortable } from '#mesh/abortable.ts';
import type { Notifications } from '#mesh/database/notifications.ts';
import type { Database } from '#mesh/database/pool.ts';
import type { ProjectEventMapper } from '../mappers.ts';
import { changesAfter } from '../store/history.ts';
import { revisionOf } from '../store/project-state.ts';

/** So many changes are read at once; a slow reader holds no more than these. */
const PAGE = 200;

const reset = (sequence: number): ProjectEventMapper => ({
  sequence,
  kind: 'RESET',
  path: null,
  from: null,
  version: null,
  authorId: null,
  agent: null,
  at: new Date().toISOString(),
});

/** Follows what happens to the files of projects. */
export interface Watch {
  /**
   * The changes of a project from after a revision on, until the signal aborts or the project is deleted. Where some of
   * them are forgotten already it begins with RESET.
   * @param after null for what comes
   */
  follow(
    projectId: string,
    after: number | null,
    signal: AbortSignal,
  ): AsyncGenerator<ProjectEventMapper, void, undefined>;
}

export const createWatch = (database: Database, notifications: Notifications): Watch => ({
  follow: async function* (projectId, after, signal) {
    let arrival = Promise.withResolvers<void>();
    const ignore = notifications.listen(projectId, () => arrival.resolve());
    try {
      let seen = after ?? (await revisionOf(database, projectId));
      for (;;) {
        arrival = Promise.withResolvers<void>();
        const last = await revisionOf(database, projectId);
        if (seen === null || last === null) return;
        const changes = await changesAfter(database, projectId, seen, PAGE);
        const isBehind = last > seen && changes[0]?.sequence !== seen + 1;
        // A number that is not reached yet belongs to another time, before a restored backup for instance.
        if (isBehind || seen > last) {
          yield reset(last);
          seen = last;
          continue;
        }
        for (const change of changes) {
          yield change;
          seen = change.sequence;
        }
        if (changes.length < PAGE) await abortable(arrival.promise, signal);
      }
    } finally {
      ignore();
    }
  },
});
