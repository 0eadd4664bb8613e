import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { blobsOf } from '../store/blobs.ts';
import {
  bytesOfVectors,
  markParts,
  partsWithVector,
  putVectors,
  removeStale,
  vectorsOf,
  waitingFor,
  widthOf,
} from '../store/vectors.ts';
import { demandProject } from './checkpoints.ts';
import { textOf } from './file-content.ts';
import { partsOf, type Part } from './parts.ts';
import { cosineOf, packVector } from './vectors.ts';

/** Files that are looked at in one request, and what they hold together. */
const LOOKED_AT = 100;
const LOOKED_AT_BYTES = 4 * 1_048_576;
/** What all vectors of a project may take, in bytes. */
const MAX_BYTES = 64 * 1_048_576;

/** A part of a file, by its content: files that hold the same have the same parts. */
export interface FilePart extends Part {
  /** `<version>:<part>`. */
  readonly id: string;
  readonly path: string;
}

export interface Similar extends FilePart {
  /** The cosine of the two vectors: 1 for the same meaning. */
  readonly similarity: number;
}

/**
 * Finds parts of files by what they mean. Vectors come from whoever has a model: the graph's `embed`, on the account of
 * the one who asks.
 */
export interface Meaning {
  /** Parts that have no vector of this model yet. @returns none when all have one */
  waiting(projectId: string, model: string, first: number): Promise<readonly FilePart[]>;
  /**
   * Keeps vectors; those of parts that nobody waits for are left out.
   * @returns how many were kept
   * @throws StudioError BAD_USER_INPUT for what is no vector, or of another length than the model's others; LIMIT_REACHED
   */
  keep(
    projectId: string,
    model: string,
    vectors: readonly { readonly part: string; readonly vector: readonly number[] }[],
  ): Promise<number>;
  /** The parts nearest in meaning, nearest first. @throws StudioError BAD_USER_INPUT */
  nearest(projectId: string, model: string, vector: readonly number[], first: number): Promise<readonly Similar[]>;
}

const refused = (sentence: string, argument: string): StudioError =>
  new StudioError('BAD_USER_INPUT', sentence, { argument });

const packed = (vector: readonly number[]): Buffer => {
  const bytes = packVector(vector);
  if (!bytes) throw refused('A vector has numbers, not all of them 0.', 'vector');
  return bytes;
};

const placeOf = (id: string): { readonly version: string; readonly part: number } => {
  const [, version, part] = /^([0-9a-f]{64}):(\d{1,6})$/.exec(id) ?? [];
  if (version === undefined) throw refused(`${JSON.stringify(id)} is not the id of a part.`, 'part');
  return { version, part: Number(part) };
};

const demandWidth = (vectors: readonly Buffer[], width: number | null): void => {
  const odd = vectors.find(({ length }) => length !== (width ?? vectors[0]?.length));
  if (odd) throw refused('The vectors of a model have all the same length.', 'vector');
};

export const createMeaning = (database: Database): Meaning => ({
  waiting: async (projectId, model, first) => {
    const found: FilePart[] = [];
    for (;;) {
      const listed = await waitingFor(database, projectId, model, LOOKED_AT);
      let bytes = 0;
      const files = listed.filter(({ size }, index) => (bytes += size) <= LOOKED_AT_BYTES || index === 0);
      const versions = files.map(({ version }) => version);
      const contents = await blobsOf(database, projectId, versions);
      const done = await partsWithVector(database, projectId, model, versions);
      for (const { path, version } of files) {
        const parts = partsOf(textOf(contents.get(version) ?? Buffer.alloc(0)) ?? '');
        await markParts(database, { projectId, model, version, parts: parts.length });
        for (const [index, part] of parts.entries()) {
          const id = `${version}:${index}`;
          if (!done.has(id)) found.push({ id, path, ...part });
          if (found.length === first) return found;
        }
      }
      // Files that are no text have no parts: what comes after them is looked at.
      if (found.length > 0 || files.length === 0) return found;
    }
  },
  keep: (projectId, model, vectors) =>
    database.transaction(async (transaction) => {
      const rows = vectors.map(({ part, vector }) => ({ ...placeOf(part), vector: packed(vector) }));
      await demandProject(transaction, projectId);
      demandWidth(
        rows.map(({ vector }) => vector),
        await widthOf(transaction, projectId, model),
      );
      const kept = await putVectors(transaction, projectId, model, rows);
      if ((await bytesOfVectors(transaction, projectId)) <= MAX_BYTES) return kept;
      await removeStale(transaction, projectId, model);
      if ((await bytesOfVectors(transaction, projectId)) <= MAX_BYTES) return kept;
      throw new StudioError('LIMIT_REACHED', `The vectors of a project take at most ${MAX_BYTES} bytes.`);
    }),
  nearest: async (projectId, model, vector, first) => {
    const asked = packed(vector);
    const all = await vectorsOf(database, projectId, model);
    demandWidth([asked], all[0]?.vector.length ?? null);
    const best = all
      .map(({ vector: its, ...place }) => ({ ...place, similarity: cosineOf(asked, its) }))
      .toSorted((a, b) => b.similarity - a.similarity)
      .slice(0, first);
    const contents = await blobsOf(
      database,
      projectId,
      best.map(({ version }) => version),
    );
    return best.flatMap(({ path, version, part, similarity }) => {
      const text = textOf(contents.get(version) ?? Buffer.alloc(0));
      const its = partsOf(text ?? '')[part];
      return its ? [{ id: `${version}:${part}`, path, ...its, similarity }] : [];
    });
  },
});
