import type { Database } from '#mesh/database/pool.ts';
import { createMatcher } from '../engines/patterns.ts';
import { blobsOf } from '../store/blobs.ts';
import type { FileMapper } from '../mappers.ts';
import type { Files } from './files.ts';
import type { Match, Pattern } from './search-text.ts';
import { startSearchThread } from './search-thread.ts';
import { createTurns } from './turns.ts';

/** So many matches of one file are told. */
const MOST_OF_A_FILE = 200;
/** What is read and looked through at once. */
const LOT_FILES = 200;
const LOT_BYTES = 2 * 1_048_576;
/** How many searches run at once, and of these of one user. */
const MAX_SEARCHES = 4;
const MAX_OF_A_USER = 2;

export interface Wanted extends Pattern {
  /** Files whose path matches one of these; all where there are none. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** So many matches are enough. */
  readonly first: number;
}

/** How far a search has come. */
export interface Progress {
  /** Null in the last one, and where there was nothing for a while. */
  readonly file: { readonly path: string; readonly matches: readonly Match[]; readonly isCut: boolean } | null;
  /** Files that were looked through, of so many. */
  readonly searched: number;
  readonly total: number;
  /** All so far. */
  readonly matches: number;
  readonly isLast: boolean;
  /** Whether there may be more than was told. */
  readonly isCut: boolean;
}

/** Looks through the files of projects. */
export interface Search {
  /**
   * Finds a pattern, file by file in the order of their paths; what is no text is passed over.
   * @throws StudioError BAD_USER_INPUT for what is no regular expression; TIMEOUT when it takes too long; RATE_LIMITED
   * when the user has too many under way
   */
  find(
    asking: { readonly userId: string; readonly projectId: string },
    wanted: Wanted,
    signal: AbortSignal,
  ): AsyncGenerator<Progress, void, undefined>;
}

/** A pattern without a slash is for a name in any folder, and what names a folder is for all below it. */
const anywhere = (pattern: string): string[] => {
  const deep = pattern.includes('/') ? pattern.replace(/^\//, '') : `**/${pattern}`;
  return [deep, `${deep.replace(/\/$/, '')}/**`];
};

const isWanted = ({ include, exclude }: Wanted): ((path: string) => boolean) => {
  const included = createMatcher(include.flatMap(anywhere));
  const excluded = createMatcher(exclude.flatMap(anywhere));
  return (path) => (include.length === 0 || included(path)) && !excluded(path);
};

const lotsOf = function* (files: readonly FileMapper[]): Generator<readonly FileMapper[]> {
  let lot: FileMapper[] = [];
  let bytes = 0;
  for (const file of files) {
    if (lot.length === LOT_FILES || (lot.length > 0 && bytes + file.size > LOT_BYTES)) {
      yield lot;
      lot = [];
      bytes = 0;
    }
    lot.push(file);
    bytes += file.size;
  }
  if (lot.length > 0) yield lot;
};

/** @param lotMs how long an expression may take for a part of the files, at most 2 MiB */
export const createSearch = (database: Database, files: Files, lotMs = 2_000): Search => {
  const turns = createTurns(MAX_SEARCHES, MAX_OF_A_USER);
  return {
    find: async function* ({ userId, projectId }, wanted, signal) {
      const leave = await turns.enter(userId);
      try {
        await using thread = await startSearchThread(wanted, MOST_OF_A_FILE, lotMs);
        const isOne = isWanted(wanted);
        const listed = (await files.list(projectId)).filter(({ path }) => isOne(path));
        const total = listed.length;
        let [searched, matches, isCut] = [0, 0, false];
        const progress = (file: Progress['file'], isLast = false): Progress => ({
          file,
          searched,
          total,
          matches,
          isLast,
          isCut,
        });
        for (const lot of lotsOf(listed)) {
          const versions = lot.map(({ version }) => version);
          const contents = await blobsOf(database, projectId, versions);
          // What was written over and forgotten since the listing is not there.
          const there = lot.filter(({ version }) => contents.has(version));
          const bytes = there.flatMap(({ version }) => contents.get(version) ?? []);
          const found = await thread.look(bytes, signal);
          const before = matches;
          for (const [index, { path }] of there.entries()) {
            searched += 1;
            const ofFile = found[index];
            if (!ofFile || ofFile.matches.length === 0) continue;
            const left = wanted.first - matches;
            const told = ofFile.matches.slice(0, left);
            matches += told.length;
            isCut ||= ofFile.isCut || told.length < ofFile.matches.length;
            if (told.length > 0) {
              yield progress({ path, matches: told, isCut: ofFile.isCut || told.length < ofFile.matches.length });
            }
            if (told.length < ofFile.matches.length || (matches === wanted.first && searched < total)) {
              isCut = true;
              yield progress(null, true);
              return;
            }
          }
          searched += lot.length - there.length;
          if (matches === before) yield progress(null);
        }
        yield progress(null, true);
      } finally {
        leave();
      }
    },
  };
};
