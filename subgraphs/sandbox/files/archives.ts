import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { blobsOf } from '../store/blobs.ts';
import type { Checkpoint } from '../store/checkpoints.ts';
import { entriesOf, type Entry } from '../store/entries.ts';
import {
  appendPart,
  contentOfUpload,
  insertUpload,
  removeUpload,
  sweepUploads,
  uploadsOf,
  type Upload,
} from '../store/uploads.ts';
import { unpack, type Unpacked } from './archive-reading.ts';
import { packed } from './archive-writing.ts';
import { demandProject, keepBefore } from './checkpoints.ts';
import type { FilePath } from './file-path.ts';
import type { Change, Files, Writer } from './files.ts';
import { createTurns } from './turns.ts';

/** Of an archive as it is sent, in bytes, and of one part of it. */
const MAX_ARCHIVE_BYTES = 16 * 1_048_576;
export const MAX_PART_BYTES = 720_000;
/** How many archives may be on their way into one project. */
const MAX_UPLOADS = 3;
/** How many archives are made at once and how many taken in, and how many of each one user has under way. */
const PACKED_AT_ONCE = 8;
const TAKEN_AT_ONCE = 2;
const OF_A_USER = 3;
/** Contents that are read at once for an archive. */
const LOT_BYTES = 4 * 1_048_576;

/** What becomes of files that are there already. */
export type Existing = 'REFUSE' | 'REPLACE' | 'KEEP';

export interface Imported {
  readonly files: number;
  readonly bytes: number;
  /** Paths of the archive that were left as they are. */
  readonly kept: readonly string[];
  /** The project as it was before; null when nothing was changed. */
  readonly checkpoint: Checkpoint | null;
}

/** Projects as ZIP archives. */
export interface Archives {
  /**
   * The files and folders of a project as an archive, packed as it is read.
   * @throws StudioError VERSION_CONFLICT when a content was forgotten meanwhile; RATE_LIMITED when the user has too many
   * under way
   */
  pack(userId: string, projectId: string): AsyncGenerator<Buffer, void, undefined>;
  /**
   * Takes a part of an archive in.
   * @param at how much of it came before; 0 and no id begin one
   * @throws StudioError NOT_FOUND; CONFLICT when another part is awaited; SIZE_REFUSED, LIMIT_REACHED
   */
  upload(projectId: string, id: string | null, at: number, bytes: Buffer): Promise<Upload>;
  /**
   * Writes the files of an archive, all of them or none.
   * @param archive its bytes, or the id of an upload, which is forgotten then
   * @throws StudioError NOT_FOUND, RATE_LIMITED; BAD_USER_INPUT, PATH_REFUSED, SIZE_REFUSED for what the archive is; VERSION_CONFLICT with `paths`
   * where files are there that are to be refused; as `Files.apply`
   */
  take(
    projectId: string,
    writer: Writer,
    archive: Buffer | string,
    where: { readonly folder: FilePath | null; readonly existing: Existing },
  ): Promise<Imported>;
}

const lotsOf = function* (entries: readonly Entry[]): Generator<readonly Entry[]> {
  let lot: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (lot.length > 0 && bytes + entry.size > LOT_BYTES) {
      yield lot;
      lot = [];
      bytes = 0;
    }
    lot.push(entry);
    bytes += entry.size;
  }
  if (lot.length > 0) yield lot;
};

const changesOf = ({ folders, files }: Unpacked): Change[] => [
  ...folders.map((path): Change => ({ kind: 'make folder', path })),
  ...files.map(({ path, bytes }): Change => ({ kind: 'write', path, bytes, ifVersion: null })),
];

export const createArchives = (database: Database, files: Files): Archives => {
  const packing = createTurns(PACKED_AT_ONCE, OF_A_USER);
  const taking = createTurns(TAKEN_AT_ONCE, OF_A_USER);
  const itemsOf = async function* (projectId: string) {
    for (const lot of lotsOf(await entriesOf(database, projectId, null))) {
      const versions = lot.flatMap(({ version }) => version ?? []);
      const contents = await blobsOf(database, projectId, versions);
      for (const { path, version, updatedAt } of lot) {
        const bytes = version === null ? null : contents.get(version);
        if (bytes === undefined) {
          throw new StudioError('VERSION_CONFLICT', `${path} was written over too often while it was being packed.`);
        }
        yield { path, bytes, at: new Date(updatedAt) };
      }
    }
  };
  const noUpload = (): StudioError =>
    new StudioError('NOT_FOUND', 'There is no such upload, or it was begun over an hour ago.', { argument: 'upload' });

  const uploaded = async (projectId: string, id: string): Promise<Buffer> => {
    const upload = (await uploadsOf(database, projectId)).find((each) => each.id === id);
    if (!upload) throw noUpload();
    return contentOfUpload(database, upload.id);
  };

  const take: Archives['take'] = async (projectId, writer, archive, { folder, existing }) => {
    const verdict = await unpack(
      typeof archive === 'string' ? await uploaded(projectId, archive) : archive,
      folder?.text ?? '',
    );
    if (verdict.outcome === 'refused') {
      throw new StudioError(verdict.code, verdict.sentence, { argument: 'archive' });
    }
    return database.transaction(async (transaction) => {
      await demandProject(transaction, projectId);
      const entries = await entriesOf(transaction, projectId, null);
      const present = new Set(entries.flatMap(({ path, version }) => (version === null ? [] : [path])));
      const there = verdict.files.filter(({ path }) => present.has(path.text)).map(({ path }) => path.text);
      if (existing === 'REFUSE' && there.length > 0) {
        const sentence = `The project has files of the archive already: ${there.slice(0, 10).join(', ')}.`;
        throw new StudioError('VERSION_CONFLICT', sentence, { paths: there.slice(0, 100) });
      }
      const kept = existing === 'KEEP' ? new Set(there) : new Set<string>();
      const written = verdict.files.filter(({ path }) => !kept.has(path.text));
      const changes = changesOf({ folders: verdict.folders, files: written });
      const before = { cause: 'IMPORT', name: 'Before an archive' } as const;
      const checkpoint = changes.length === 0 ? null : await keepBefore(transaction, projectId, writer, before);
      await files.applyWithin(transaction, projectId, writer, changes);
      if (typeof archive === 'string') await removeUpload(transaction, archive);
      const bytes = written.reduce((sum, file) => sum + file.bytes.length, 0);
      return { files: written.length, bytes, kept: [...kept], checkpoint };
    });
  };

  return {
    pack: async function* (userId, projectId) {
      const leave = await packing.enter(userId);
      try {
        yield* packed(itemsOf(projectId));
      } finally {
        leave();
      }
    },
    upload: (projectId, id, at, bytes) =>
      database.transaction(async (transaction) => {
        await demandProject(transaction, projectId);
        await sweepUploads(transaction, projectId);
        const present = await uploadsOf(transaction, projectId);
        if (id === null && present.length >= MAX_UPLOADS) {
          throw new StudioError('LIMIT_REACHED', `At most ${MAX_UPLOADS} uploads may be on their way into a project.`);
        }
        const upload =
          id === null ? await insertUpload(transaction, projectId) : present.find((each) => each.id === id);
        if (!upload) throw noUpload();
        if (upload.size !== at) throw new StudioError('CONFLICT', `The upload goes on at ${upload.size}.`);
        if (at + bytes.length > MAX_ARCHIVE_BYTES) {
          throw new StudioError('SIZE_REFUSED', `An archive has at most ${MAX_ARCHIVE_BYTES} bytes.`);
        }
        return appendPart(transaction, upload, bytes);
      }),
    take: (projectId, writer, archive, where) =>
      taking.take(writer.userId, () => take(projectId, writer, archive, where)),
  };
};
