import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { leasesOf, putLease, removeLease, sweepLeases, type Lease } from '../store/leases.ts';
import { lockProject } from '../store/project-state.ts';
import type { FilePath } from './file-path.ts';
import type { Writer } from './files.ts';
import { refuseLocked } from './leases.ts';

/** The most leases that hold in one project at once. */
const MAX_LEASES = 1_000;

/** Takes and releases leases; `Files.apply` holds every writer to them. */
export interface Locks {
  /** Those that hold, by path. */
  of(projectId: string): Promise<readonly Lease[]>;
  /**
   * Takes a lease, or holds it longer.
   * @throws StudioError FILE_LOCKED where another holds the path, a folder above it or something below it; LIMIT_REACHED
   */
  take(projectId: string, holder: Writer, path: FilePath, seconds: number): Promise<Lease>;
  /** Ends a lease in one of the owner's projects, whoever holds it. Answers whether it still held. */
  release(id: string, ownerId: string): Promise<boolean>;
}

export const createLocks = (database: Database): Locks => ({
  of: (projectId) => leasesOf(database, projectId),
  take: (projectId, holder, path, seconds) =>
    database.transaction(async (transaction) => {
      // Under the same lock as every write: one is before the other.
      const project = await lockProject(transaction, projectId);
      if (!project) throw new StudioError('NOT_FOUND', 'There is no such project, or it is not yours.');
      await sweepLeases(transaction, projectId);
      const leases = await leasesOf(transaction, projectId);
      refuseLocked(leases, holder, path.text);
      if (leases.length >= MAX_LEASES && !leases.some((lease) => lease.path === path.text)) {
        throw new StudioError('LIMIT_REACHED', `A project has at most ${MAX_LEASES} locks at once.`);
      }
      return putLease(transaction, {
        projectId,
        path: path.text,
        holderId: holder.userId,
        agent: holder.agent,
        seconds,
      });
    }),
  release: async (id, ownerId) => (z.uuid().safeParse(id).success ? removeLease(database, id, ownerId) : false),
});
