import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { blobsOf } from '../store/blobs.ts';
import {
  bytesOfCheckpoints,
  checkpointAt,
  checkpointsOf,
  differencesSince,
  entriesOfCheckpoint,
  insertCheckpoint,
  removeCheckpoints,
  type Checkpoint,
  type Difference,
} from '../store/checkpoints.ts';
import { entriesOf } from '../store/entries.ts';
import { lockProject } from '../store/project-state.ts';
import { textOf } from './file-content.ts';
import { knownPath } from './file-path.ts';
import type { Change, Files, Writer } from './files.ts';
import { patchOf } from './patch.ts';
import { restorationOf } from './restoration.ts';
import { createTurns } from './turns.ts';

/** How many of those that were asked for a project may have, and how many of the others are kept. */
const MAX_ASKED = 30;
const KEPT_OTHERS = 20;
/** What all of a project's checkpoints may take, in bytes, each content once. */
const MAX_BYTES = 256 * 1_048_576;
/** How many projects are restored at once, each with all that is different in memory, and how many of one user wait. */
const RESTORED_AT_ONCE = 2;
const RESTORED_OF_A_USER = 4;

/** What a project held at moments. */
export interface Checkpoints {
  /** Newest first. */
  of(projectId: string): Promise<readonly Checkpoint[]>;
  find(projectId: string, id: string): Promise<Checkpoint | null>;
  /** @throws StudioError NOT_FOUND; LIMIT_REACHED when there are too many, or they hold too much */
  make(projectId: string, author: Writer, name: string): Promise<Checkpoint>;
  /** The files that are not now what they are in a checkpoint, by path. */
  changesSince(checkpoint: Checkpoint, first: number): Promise<readonly Difference[]>;
  /**
   * A difference as a unified patch, from then to now.
   * @returns null when one of the contents is not UTF-8, or not there any more
   */
  patch(projectId: string, difference: Difference): Promise<string | null>;
  /**
   * Makes a project again what it was, whole or not at all.
   * @returns the checkpoint of the state before
   * @throws as `Files.apply`, NOT_FOUND; RATE_LIMITED when the user has too many under way
   */
  restore(projectId: string, writer: Writer, id: string): Promise<Checkpoint>;
  /** Answers whether there was such a checkpoint. */
  remove(projectId: string, id: string): Promise<boolean>;
}

/** Locks a project. @throws StudioError NOT_FOUND */
export const demandProject = async (transaction: Queries, projectId: string): Promise<void> => {
  if (!(await lockProject(transaction, projectId))) {
    throw new StudioError('NOT_FOUND', 'There is no such project, or it is not yours.');
  }
};

const isAutomatic = ({ cause }: Checkpoint): boolean => cause !== 'ASKED';

/** Removes the oldest of those that nobody asked for, as many as there are too many; the newest of all stays. */
const makeRoom = async (transaction: Queries, projectId: string): Promise<void> => {
  const others = (await checkpointsOf(transaction, projectId)).filter(isAutomatic);
  await removeCheckpoints(
    transaction,
    projectId,
    others.slice(KEPT_OTHERS).map(({ id }) => id),
  );
  for (const { id } of others.slice(1, KEPT_OTHERS).toReversed()) {
    if ((await bytesOfCheckpoints(transaction, projectId)) <= MAX_BYTES) return;
    await removeCheckpoints(transaction, projectId, [id]);
  }
};

/** Keeps what a project holds before something changes it. The project is locked. */
export const keepBefore = async (
  transaction: Queries,
  projectId: string,
  writer: Writer,
  { cause, name }: Pick<Checkpoint, 'cause' | 'name'>,
): Promise<Checkpoint> => {
  const row = { projectId, name, cause, authorId: writer.userId, agent: writer.agent };
  const made = await insertCheckpoint(transaction, row);
  await makeRoom(transaction, projectId);
  return made;
};

const changesFor = async (transaction: Queries, { id, projectId }: Checkpoint): Promise<Change[]> => {
  const now = await entriesOf(transaction, projectId, null);
  const { remove, folders, write } = restorationOf(now, await entriesOfCheckpoint(transaction, id));
  const contents = await blobsOf(
    transaction,
    projectId,
    write.map(({ version }) => version),
  );
  return [
    ...remove.map((path): Change => ({ kind: 'delete', path: knownPath(path), ifVersion: null })),
    ...folders.map((path): Change => ({ kind: 'make folder', path: knownPath(path) })),
    ...write.map(({ path, version }): Change => {
      const bytes = contents.get(version);
      if (!bytes) throw new Error('a checkpoint has lost a content');
      return { kind: 'write', path: knownPath(path), bytes, ifVersion: null };
    }),
  ];
};

export const createCheckpoints = (database: Database, files: Files): Checkpoints => {
  const turns = createTurns(RESTORED_AT_ONCE, RESTORED_OF_A_USER);
  const find = async (queries: Queries, projectId: string, id: string): Promise<Checkpoint | null> =>
    z.uuid().safeParse(id).success ? checkpointAt(queries, projectId, id) : null;
  return {
    of: (projectId) => checkpointsOf(database, projectId),
    find: (projectId, id) => find(database, projectId, id),
    make: (projectId, author, name) =>
      database.transaction(async (transaction) => {
        await demandProject(transaction, projectId);
        const asked = (await checkpointsOf(transaction, projectId)).filter((each) => !isAutomatic(each));
        if (asked.length >= MAX_ASKED) {
          throw new StudioError('LIMIT_REACHED', `A project has at most ${MAX_ASKED} checkpoints that were asked for.`);
        }
        const made = await keepBefore(transaction, projectId, author, { cause: 'ASKED', name });
        if ((await bytesOfCheckpoints(transaction, projectId)) > MAX_BYTES) {
          throw new StudioError('LIMIT_REACHED', `The checkpoints of a project hold at most ${MAX_BYTES} bytes.`);
        }
        return made;
      }),
    changesSince: (checkpoint, first) => differencesSince(database, checkpoint, first),
    patch: async (projectId, { path, before, after }) => {
      const versions = [before, after].filter((version) => version !== null);
      const contents = await blobsOf(database, projectId, versions);
      const [old, now] = [before, after].map((version) => {
        const bytes = version === null ? Buffer.alloc(0) : contents.get(version);
        return bytes === undefined ? null : textOf(bytes);
      });
      if (typeof old !== 'string' || typeof now !== 'string') return null;
      return patchOf(path, { text: old, label: 'then' }, { text: now, label: 'now' });
    },
    restore: (projectId, writer, id) =>
      turns.take(writer.userId, () =>
        database.transaction(async (transaction) => {
          await demandProject(transaction, projectId);
          const checkpoint = await find(transaction, projectId, id);
          if (!checkpoint) throw new StudioError('NOT_FOUND', 'There is no such checkpoint.', { argument: 'id' });
          const changes = await changesFor(transaction, checkpoint);
          const before = await keepBefore(transaction, projectId, writer, { cause: 'RESTORE', name: checkpoint.name });
          await files.applyWithin(transaction, projectId, writer, changes);
          return before;
        }),
      ),
    remove: (projectId, id) =>
      database.transaction(async (transaction) => {
        await demandProject(transaction, projectId);
        const checkpoint = await find(transaction, projectId, id);
        if (checkpoint) await removeCheckpoints(transaction, projectId, [checkpoint.id]);
        return checkpoint !== null;
      }),
  };
};
