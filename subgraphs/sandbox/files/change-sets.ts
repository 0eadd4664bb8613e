import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { blobsOf, putBlobs } from '../store/blobs.ts';
import {
  changeSetAt,
  changeSetsOf,
  filesOfChangeSet,
  insertChangeSet,
  removeChangeSets,
  saveDecisions,
  weightsOfChangeSets,
  type ChangeSet,
  type ChangeSetStatus,
  type Hunk,
  type ProposedFile,
} from '../store/change-sets.ts';
import { contentOf, entryAt } from '../store/entries.ts';
import { decide, type Decided, type Wish } from './change-set-decision.ts';
import { outcomeOf, textsOf, type Proposal } from './change-set-outcome.ts';
import { demandProject, keepBefore } from './checkpoints.ts';
import { knownPath, type FilePath } from './file-path.ts';
import type { Change, Files, Writer } from './files.ts';
import { rangesOf } from './hunks.ts';
import { createTurns } from './turns.ts';

/** How many files one change set has, and how many pieces one of its files is cut into. */
const MAX_FILES = 100;
const MAX_HUNKS = 200;
/** How many open change sets a project may have, and how many decided ones are kept. */
const MAX_OPEN = 100;
const KEPT_DECIDED = 100;
/** What all of a project's change sets may keep, in bytes. */
const MAX_BYTES = 256 * 1_048_576;
/** How long all the files of one request may be compared, in milliseconds: nobody else is answered meanwhile. */
const COMPARING_MS = 300;
/** How many change sets are worked on at once, each with all its contents in memory, and how many of one user wait. */
const AT_ONCE = 4;
const OF_A_USER = 16;

/** What somebody would make of one file. */
export interface Wanted {
  readonly path: FilePath;
  /** Null to delete it. */
  readonly bytes: Buffer | null;
  /** What the author had read; the empty text: that there is no file; null: what it holds now. */
  readonly baseVersion: string | null;
}

/** Changes that are proposed, and decided on piece by piece. */
export interface ChangeSets {
  /** Null when there is none. */
  find(id: string): Promise<ChangeSet | null>;
  /** Newest first. */
  of(projectId: string, status: ChangeSetStatus | null, first: number): Promise<readonly ChangeSet[]>;
  files(id: string): Promise<readonly ProposedFile[]>;
  contents(file: ProposedFile): Promise<Proposal>;
  /**
   * Proposes changes; no file is touched.
   * @throws StudioError BAD_USER_INPUT; VERSION_CONFLICT with `paths` when a base is not known; LIMIT_REACHED; NOT_FOUND
   */
  propose(
    projectId: string,
    author: Writer,
    about: { readonly title: string; readonly reason: string | null },
    wanted: readonly Wanted[],
  ): Promise<ChangeSet>;
  /**
   * Accepts and rejects pieces. All that is accepted is applied at once, or nothing is; a checkpoint is made before.
   * @throws StudioError as `Files.apply`, VERSION_CONFLICT with `paths` where a file has changed in the same lines;
   * BAD_USER_INPUT, CONFLICT for pieces that are not there or decided already
   */
  decide(set: ChangeSet, writer: Writer, wish: Wish): Promise<ChangeSet>;
}

/** Compares files until there is no time left for it. */
const comparer = (): { readonly left: () => number } => {
  const until = performance.now() + COMPARING_MS;
  return { left: () => until - performance.now() };
};

const conflictOf = (paths: readonly string[], sentence: string): StudioError =>
  new StudioError('VERSION_CONFLICT', `${sentence}: ${paths.slice(0, 10).join(', ')}.`, { paths });

/** The pieces of a change, all of them open. One that is too different to be cut up is one piece. */
const hunksOf = (proposal: Proposal, timeoutMs: number): Hunk[] => {
  const texts = textsOf(proposal);
  const { before, after } = texts ?? { before: [], after: [] };
  const ranges = texts && timeoutMs > 0 ? rangesOf(before, after, timeoutMs) : null;
  const whole = { from: 0, count: before.length, to: 0, toCount: after.length };
  const cut = ranges && ranges.length <= MAX_HUNKS ? ranges : [whole];
  return cut.map((range) => ({ ...range, decision: null }));
};

const versionOf = (bytes: Buffer | null): string | null => bytes && createHash('sha256').update(bytes).digest('hex');

const makeRoom = async (transaction: Queries, projectId: string): Promise<void> => {
  const all = await weightsOfChangeSets(transaction, projectId);
  if (all.filter(({ isOpen }) => isOpen).length > MAX_OPEN) {
    throw new StudioError('LIMIT_REACHED', `A project has at most ${MAX_OPEN} change sets that are not decided.`);
  }
  const decided = all.filter(({ isOpen }) => !isOpen);
  let bytes = all.reduce((sum, set) => sum + set.bytes, 0);
  const gone: string[] = [];
  for (const [index, set] of decided.entries().toArray().toReversed()) {
    if (index < KEPT_DECIDED && bytes <= MAX_BYTES) break;
    gone.push(set.id);
    bytes -= set.bytes;
  }
  if (bytes > MAX_BYTES) {
    throw new StudioError('LIMIT_REACHED', `The change sets of a project keep at most ${MAX_BYTES} bytes.`);
  }
  await removeChangeSets(transaction, projectId, gone);
};

/** One wanted change as it is kept; null when what the author had read is not known any more. */
const proposalOf = async (
  transaction: Queries,
  projectId: string,
  { path, bytes, baseVersion }: Wanted,
): Promise<{ readonly base: string | null; readonly proposal: Proposal } | null> => {
  const version = baseVersion ?? (await entryAt(transaction, projectId, path.text))?.version ?? '';
  if (version === '') return { base: null, proposal: { base: null, proposed: bytes } };
  const base = (await blobsOf(transaction, projectId, [version])).get(version);
  return base ? { base: version, proposal: { base, proposed: bytes } } : null;
};

const demandDistinct = (wanted: readonly Wanted[]): void => {
  if (wanted.length === 0 || wanted.length > MAX_FILES) {
    throw new StudioError('BAD_USER_INPUT', `A change set has 1 to ${MAX_FILES} files.`, { argument: 'files' });
  }
  if (new Set(wanted.map(({ path }) => path.text)).size < wanted.length) {
    throw new StudioError('BAD_USER_INPUT', 'A change set has each file once.', { argument: 'files' });
  }
};

export const createChangeSets = (database: Database, files: Files): ChangeSets => {
  const turns = createTurns(AT_ONCE, OF_A_USER);
  const contents = async (queries: Queries, { projectId, base, proposed }: ProposedFile): Promise<Proposal> => {
    const blobs = await blobsOf(
      queries,
      projectId,
      [base, proposed].filter((version) => version !== null),
    );
    const kept = (version: string | null): Buffer | null => {
      if (version === null) return null;
      const bytes = blobs.get(version);
      if (!bytes) throw new Error('a change set has lost a content');
      return bytes;
    };
    return { base: kept(base), proposed: kept(proposed) };
  };

  /** What is to be done to the files for what was accepted. @throws StudioError VERSION_CONFLICT with `paths` */
  const changesOf = async (transaction: Queries, decided: readonly Decided<ProposedFile>[]): Promise<Change[]> => {
    const time = comparer();
    const changes: Change[] = [];
    const conflicts: string[] = [];
    for (const { file, accepted } of decided) {
      if (accepted.length === 0) continue;
      const before = file.hunks.filter(({ decision }) => decision === 'ACCEPTED');
      const present = (await contentOf(transaction, file.projectId, file.path))?.bytes ?? null;
      const parts = { before, now: accepted };
      const outcome = outcomeOf(await contents(transaction, file), parts, present, time.left());
      const target = { path: knownPath(file.path), ifVersion: null };
      if (outcome.outcome === 'conflict') conflicts.push(file.path);
      else if (outcome.outcome === 'write') changes.push({ kind: 'write', ...target, bytes: outcome.bytes });
      else if (outcome.outcome === 'delete') changes.push({ kind: 'delete', ...target });
    }
    if (conflicts.length > 0) throw conflictOf(conflicts, 'Others have changed the same meanwhile');
    return changes;
  };

  return {
    find: (id) => (z.uuid().safeParse(id).success ? changeSetAt(database, id) : Promise.resolve(null)),
    of: (projectId, status, first) => changeSetsOf(database, projectId, status, first),
    files: (id) => filesOfChangeSet(database, id),
    contents: (file) => contents(database, file),
    propose: async (projectId, author, about, wanted) => {
      demandDistinct(wanted);
      return turns.take(author.userId, () =>
        database.transaction(async (transaction) => {
          await demandProject(transaction, projectId);
          const time = comparer();
          const rows: Omit<ProposedFile, 'projectId'>[] = [];
          const blobs = new Map<string, Buffer>();
          const unknown: string[] = [];
          for (const [index, want] of wanted.entries()) {
            const { path } = want;
            const found = await proposalOf(transaction, projectId, want);
            if (!found) {
              unknown.push(path.text);
              continue;
            }
            const proposed = versionOf(want.bytes);
            if (proposed === found.base) {
              throw new StudioError('BAD_USER_INPUT', `${path.text} would stay as it is.`, { argument: 'files' });
            }
            if (proposed !== null && want.bytes) blobs.set(proposed, want.bytes);
            rows.push({
              number: index + 1,
              path: path.text,
              base: found.base,
              baseSize: found.proposal.base?.length ?? 0,
              proposed,
              proposedSize: want.bytes?.length ?? 0,
              hunks: hunksOf(found.proposal, time.left()),
            });
          }
          if (unknown.length > 0) throw conflictOf(unknown, 'The base is not known of');
          await putBlobs(transaction, projectId, blobs);
          const { userId: authorId, agent } = author;
          const made = await insertChangeSet(transaction, { projectId, ...about, authorId, agent }, rows);
          await makeRoom(transaction, projectId);
          return made;
        }),
      );
    },
    decide: ({ id, projectId }, writer, wish) =>
      turns.take(writer.userId, () =>
        database.transaction(async (transaction) => {
          await demandProject(transaction, projectId);
          const set = await changeSetAt(transaction, id);
          if (!set) throw new StudioError('NOT_FOUND', 'There is no such change set.', { argument: 'id' });
          const verdict = decide(await filesOfChangeSet(transaction, id), wish);
          if (verdict.outcome === 'refused') throw new StudioError(verdict.code, verdict.sentence);
          const changes = await changesOf(transaction, verdict.files);
          const kept =
            changes.length === 0
              ? null
              : await keepBefore(transaction, projectId, writer, { cause: 'CHANGE_SET', name: set.title });
          await files.applyWithin(transaction, projectId, writer, changes);
          const rows = verdict.files.map(({ file: { number }, hunks }) => ({ number, hunks }));
          return saveDecisions(transaction, id, { status: verdict.status, checkpointId: kept?.id ?? null }, rows);
        }),
      ),
  };
};
