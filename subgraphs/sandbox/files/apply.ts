import { createHash } from 'node:crypto';
import type { Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { MAX_FILE_BYTES } from './file-content.ts';
import { MAX_PATH_BYTES, MAX_SEGMENTS, type FilePath } from './file-path.ts';
import type { FileMapper } from '../mappers.ts';
import { entriesNamed, entriesOf, moveEntries, putFile, putFolders, removeEntries } from '../store/entries.ts';
import { recordChange, sweepBlobs, trimHistory, type ChangeRow } from '../store/history.ts';
import { leasesOf, type Lease } from '../store/leases.ts';
import { lockProject, saveProject, type ProjectState } from '../store/project-state.ts';
import type { Change, ProjectLimits, Writer } from './files.ts';
import { refuseLocked } from './leases.ts';
import { foldedOf, foldersAbove, placeOf, type Neighbour } from './place.ts';

/** After so many changes the oldest of a project's history goes. */
const TRIMMED_EVERY = 100;

interface Work {
  readonly projectId: string;
  readonly writer: Writer;
  readonly limits: ProjectLimits;
}

/** One run of changes within its transaction. */
interface Session extends Work {
  readonly queries: Queries;
  readonly leases: readonly Lease[];
  /** What the project's row will say at the end. */
  readonly state: { -readonly [Key in keyof ProjectState]: ProjectState[Key] };
}

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

const nothingAt = (path: FilePath): StudioError =>
  new StudioError('NOT_FOUND', `There is nothing at ${path.text}.`, { argument: 'path' });
const refusedPath = (reason: string): StudioError =>
  new StudioError('PATH_REFUSED', `The path ${reason}.`, { argument: 'path' });

const look = async ({ queries, projectId }: Session, path: FilePath) =>
  placeOf(path, await entriesNamed(queries, projectId, [...foldersAbove(path), path.text].map(foldedOf)));

const makeFolders = async (session: Session, paths: readonly string[]): Promise<void> => {
  const folders = paths.map((path) => ({ path, folded: foldedOf(path) }));
  await putFolders(session.queries, session.projectId, session.state.revision, folders);
  session.state.folders += paths.length;
};

/** Gives a change the next number in the journal, which has no gaps. */
const begin = ({ state }: Session): void => {
  state.revision += 1;
};

/** Enters a change in the journal. */
const enter = (session: Session, change: Pick<ChangeRow, 'kind' | 'path' | 'origin'>): Promise<void> => {
  const { projectId, writer, state } = session;
  return recordChange(session.queries, {
    ...change,
    projectId,
    revision: state.revision,
    authorId: writer.userId,
    agent: writer.agent,
  });
};

const demandVersion = (present: Neighbour | null, ifVersion: string | null): void => {
  // A folder has no version, so that nothing is done over one.
  const version = present === null ? '' : present.version;
  if (ifVersion !== null && ifVersion !== version) throw new StudioError('VERSION_CONFLICT');
};

const write = async (session: Session, { path, bytes, ifVersion }: Of<'write'>): Promise<FileMapper> => {
  if (bytes.length > MAX_FILE_BYTES) throw new StudioError('SIZE_REFUSED');
  refuseLocked(session.leases, session.writer, path.text);
  const { projectId, queries, state, writer } = session;
  const place = await look(session, path);
  if (place.outcome === 'refused') throw refusedPath(place.reason);
  const present = place.outcome === 'taken' ? place.by : null;
  if (present && present.version === null) throw refusedPath('is that of a folder');
  demandVersion(present, ifVersion);
  begin(session);
  const sha256 = createHash('sha256').update(bytes).digest();
  if (place.outcome === 'free') {
    await makeFolders(session, place.missing);
    state.files += 1;
  }
  const { updatedAt, forgotten } = await putFile(queries, {
    projectId,
    path: path.text,
    folded: foldedOf(path.text),
    sha256,
    bytes,
    revision: state.revision,
    authorId: writer.userId,
    agent: writer.agent,
  });
  await sweepBlobs(queries, projectId, forgotten ?? []);
  state.bytes += bytes.length - (present?.size ?? 0);
  return {
    projectId,
    path: path.text,
    size: bytes.length,
    version: sha256.toString('hex'),
    updatedAt,
  };
};

const remove = async (session: Session, { path, ifVersion }: Of<'delete'>): Promise<null> => {
  refuseLocked(session.leases, session.writer, path.text);
  const place = await look(session, path);
  if (place.outcome !== 'taken') throw nothingAt(path);
  demandVersion(place.by, ifVersion);
  begin(session);
  for (const { version, size } of await removeEntries(session.queries, session.projectId, path.text)) {
    if (version === null) session.state.folders -= 1;
    else session.state.files -= 1;
    session.state.bytes -= size;
  }
  await enter(session, { kind: 'DELETED', path: path.text, origin: null });
  return null;
};

/** Refuses a move that would make paths which nobody could name. */
const demandRoom = (below: readonly { readonly path: string }[], from: FilePath, to: FilePath): void => {
  for (const { path } of below) {
    const moved = to.text + path.slice(from.text.length);
    if (Buffer.byteLength(moved) > MAX_PATH_BYTES || moved.split('/').length > MAX_SEGMENTS) {
      throw refusedPath(`would make ${path} too long or too deep`);
    }
  }
};

const move = async (session: Session, { from, to, ifVersion }: Of<'move'>): Promise<FileMapper | null> => {
  for (const path of [from, to]) refuseLocked(session.leases, session.writer, path.text);
  const { projectId, queries } = session;
  const source = await look(session, from);
  if (source.outcome !== 'taken') throw nothingAt(from);
  demandVersion(source.by, ifVersion);
  if (to.text === from.text) throw refusedPath('is where it is already');
  if (to.text.startsWith(`${from.text}/`)) throw refusedPath('lies within what is to be moved');
  // A name may change in case alone: what stands in the way then is the thing itself.
  const isRecased = foldedOf(from.text) === foldedOf(to.text);
  const target = isRecased ? { outcome: 'free' as const, missing: [] } : await look(session, to);
  if (target.outcome === 'refused') throw refusedPath(target.reason);
  if (target.outcome === 'taken') throw new StudioError('CONFLICT', `There is something at ${to.text} already.`);
  if (source.by.version === null) demandRoom(await entriesOf(queries, projectId, from.text), from, to);
  begin(session);
  await makeFolders(session, target.missing);
  const foldedFrom = foldedOf(from.text);
  await moveEntries(queries, projectId, { from: from.text, to: to.text, foldedFrom, foldedTo: foldedOf(to.text) });
  await enter(session, { kind: 'MOVED', path: to.text, origin: from.text });
  const { version, size, updatedAt } = source.by;
  return version === null ? null : { projectId, path: to.text, size, version, updatedAt };
};

const makeFolder = async (session: Session, { path }: Of<'make folder'>): Promise<null> => {
  const place = await look(session, path);
  if (place.outcome === 'refused') throw refusedPath(place.reason);
  if (place.outcome === 'taken') {
    if (place.by.version !== null) throw refusedPath('is that of a file');
    return null;
  }
  refuseLocked(session.leases, session.writer, path.text);
  begin(session);
  await makeFolders(session, [...place.missing, path.text]);
  await enter(session, { kind: 'FOLDER_MADE', path: path.text, origin: null });
  return null;
};

const make = (session: Session, change: Change): Promise<FileMapper | null> => {
  switch (change.kind) {
    case 'write':
      return write(session, change);
    case 'delete':
      return remove(session, change);
    case 'move':
      return move(session, change);
    case 'make folder':
      return makeFolder(session, change);
  }
};

/** Refuses what would grow a project over its bounds; one that is over them already may still shrink. */
const demandQuota = (before: ProjectState, after: ProjectState, limits: ProjectLimits): void => {
  if (after.files > limits.files && after.files > before.files) {
    throw new StudioError('LIMIT_REACHED', `A project holds at most ${limits.files} files.`);
  }
  if (after.folders > limits.folders && after.folders > before.folders) {
    throw new StudioError('LIMIT_REACHED', `A project holds at most ${limits.folders} folders.`);
  }
  if (after.bytes > limits.bytes && after.bytes > before.bytes) {
    throw new StudioError('LIMIT_REACHED', `A project holds at most ${limits.bytes} bytes.`);
  }
};

/** Makes changes of one project, one after the other, as `Files.apply` says. Needs a transaction of its own. */
export const applyChanges = async (
  transaction: Queries,
  work: Work,
  changes: readonly Change[],
): Promise<(FileMapper | null)[]> => {
  const before = await lockProject(transaction, work.projectId);
  if (!before) throw new StudioError('NOT_FOUND', 'There is no such project, or it is not yours.');
  const leases = await leasesOf(transaction, work.projectId);
  const session: Session = { ...work, queries: transaction, leases, state: { ...before } };
  const made: (FileMapper | null)[] = [];
  for (const change of changes) made.push(await make(session, change));
  demandQuota(before, session.state, work.limits);
  // Looking through all that is kept costs more than a change: so it is done for many at once.
  if (Math.floor(before.revision / TRIMMED_EVERY) !== Math.floor(session.state.revision / TRIMMED_EVERY)) {
    await trimHistory(transaction, work.projectId, session.state.revision);
  }
  await saveProject(transaction, work.projectId, session.state);
  return made;
};
