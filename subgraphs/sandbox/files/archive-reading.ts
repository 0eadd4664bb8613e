import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { MAX_FILE_BYTES } from './file-content.ts';
import { parseFilePath, type FilePath } from './file-path.ts';
import { foldedOf } from './place.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

/** What an archive may hold: files and folders, and bytes of all files together. */
export const MAX_ENTRIES = 2_000;
const MAX_UNPACKED_BYTES = 32 * 1_048_576;

export interface Unpacked {
  readonly folders: readonly FilePath[];
  readonly files: readonly { readonly path: FilePath; readonly bytes: Buffer }[];
}

export type UnpackVerdict =
  | ({ readonly outcome: 'unpacked' } & Unpacked)
  /** `sentence` is for whoever sent it. */
  | {
      readonly outcome: 'refused';
      readonly code: 'BAD_USER_INPUT' | 'PATH_REFUSED' | 'SIZE_REFUSED';
      readonly sentence: string;
    };

type Refused = Extract<UnpackVerdict, { readonly outcome: 'refused' }>;

const inflate = promisify(inflateRaw);

const refused = (code: Refused['code'], sentence: string): Refused => ({ outcome: 'refused', code, sentence });

const pathOf = (name: string, folder: string): FilePath | Refused => {
  const verdict = parseFilePath(folder + name.replace(/\/$/, ''));
  if (verdict.outcome === 'accepted') return verdict.path;
  return refused('PATH_REFUSED', `The path of ${JSON.stringify(name)} in the archive ${verdict.reason}.`);
};

const isRefused = (value: object): value is Refused => 'outcome' in value;

/** The bytes of an entry: never more than a file may have, whatever the archive says. */
const bytesOf = async ({ name, method, data, size, crc }: ZipEntry): Promise<Buffer | Refused> => {
  const tooLarge = refused('SIZE_REFUSED', `${JSON.stringify(name)} in the archive is larger than a file may be.`);
  const damaged = refused('BAD_USER_INPUT', `${JSON.stringify(name)} in the archive is damaged.`);
  if (size > MAX_FILE_BYTES) return tooLarge;
  try {
    const bytes = method === 'stored' ? data : await inflate(data, { maxOutputLength: MAX_FILE_BYTES });
    return bytes.length === size && crc32(bytes) === crc ? bytes : damaged;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return tooLarge;
    // What zlib says of malformed data.
    if (typeof code === 'string' && code.startsWith('Z_')) return damaged;
    throw error;
  }
};

/**
 * Unpacks a ZIP archive as files of a project. Paths are held to the rules of all paths, so that none leads out; what is
 * inflated is counted as it comes.
 * @param folder where everything goes; the empty text for the project itself
 */
export const unpack = async (archive: Buffer, folder: string): Promise<UnpackVerdict> => {
  const directory = readZipDirectory(archive, MAX_ENTRIES);
  if (directory.outcome === 'refused') return refused('BAD_USER_INPUT', `The archive ${directory.reason}.`);
  const prefix = folder === '' ? '' : `${folder}/`;
  const folders: FilePath[] = [];
  const files: Unpacked['files'][number][] = [];
  const seen = new Set<string>();
  let total = 0;
  for (const entry of directory.entries) {
    const path = pathOf(entry.name, prefix);
    if (isRefused(path)) return path;
    if (entry.isFolder) {
      if (entry.size > 0) return refused('BAD_USER_INPUT', `${JSON.stringify(entry.name)} is a folder with a content.`);
      folders.push(path);
      continue;
    }
    const folded = foldedOf(path.text);
    if (seen.has(folded)) return refused('PATH_REFUSED', `The archive holds ${JSON.stringify(path.text)} twice.`);
    seen.add(folded);
    const bytes = await bytesOf(entry);
    if (!Buffer.isBuffer(bytes)) return bytes;
    total += bytes.length;
    if (total > MAX_UNPACKED_BYTES) {
      return refused('SIZE_REFUSED', `An archive holds at most ${MAX_UNPACKED_BYTES} bytes when it is unpacked.`);
    }
    files.push({ path, bytes });
  }
  return { outcome: 'unpacked', folders, files };
};
