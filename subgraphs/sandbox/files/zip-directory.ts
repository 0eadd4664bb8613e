/** An entry of a ZIP archive as its directory has it; sizes are what is claimed. */
export interface ZipEntry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly method: 'stored' | 'deflated';
  readonly crc: number;
  readonly size: number;
  /** Of the archive: what is inside is to be inflated where it is deflated. */
  readonly data: Buffer;
}

export type ZipVerdict =
  | { readonly outcome: 'read'; readonly entries: readonly ZipEntry[] }
  /** `reason` completes the sentence "The archive …". */
  | { readonly outcome: 'refused'; readonly reason: string };

const END = 0x06_05_4b_50;
const END_BYTES = 22;
const DIRECTORY = 0x02_01_4b_50;
const DIRECTORY_BYTES = 46;
const LOCAL = 0x04_03_4b_50;
const LOCAL_BYTES = 30;
/** A comment at the end has at most so many bytes. */
const MOST_COMMENT = 65_535;
/** Stands where the real number is in a record of ZIP64. */
const ELSEWHERE = 0xff_ff_ff_ff;

/** Bits of an entry's flags: encrypted, patched, strongly encrypted, its directory encrypted. */
const UNREADABLE = 0x1 | 0x20 | 0x40 | 0x2000;

/** The kind of a file in the mode that Unix gives it; an archive of another system has none. */
const KIND = 0xf0_00;
const FOLDER_KIND = 0x40_00;
const FILE_KIND = 0x80_00;

class Refusal extends Error {}

const refuse = (reason: string): never => {
  throw new Refusal(reason);
};

const endOf = (archive: Buffer): number => {
  const first = Math.max(0, archive.length - END_BYTES - MOST_COMMENT);
  for (let at = archive.length - END_BYTES; at >= first; at -= 1) {
    if (archive.readUInt32LE(at) === END && at + END_BYTES + archive.readUInt16LE(at + 20) === archive.length)
      return at;
  }
  return refuse('is no ZIP archive');
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const nameOf = (bytes: Buffer): string => {
  try {
    return decoder.decode(bytes);
  } catch {
    return refuse('has a name that is not UTF-8');
  }
};

interface Found {
  readonly entry: ZipEntry;
  readonly from: number;
  readonly to: number;
  /** Of the record in the directory. */
  readonly length: number;
}

const entryAt = (archive: Buffer, at: number, end: number): Found => {
  if (at + DIRECTORY_BYTES > end || archive.readUInt32LE(at) !== DIRECTORY) return refuse('has a damaged directory');
  const flags = archive.readUInt16LE(at + 8);
  const method = archive.readUInt16LE(at + 10);
  const packed = archive.readUInt32LE(at + 20);
  const size = archive.readUInt32LE(at + 24);
  const nameBytes = archive.readUInt16LE(at + 28);
  const length = DIRECTORY_BYTES + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  const kind = (archive.readUInt32LE(at + 38) >>> 16) & KIND;
  const from = archive.readUInt32LE(at + 42);
  if (at + length > end) return refuse('has a damaged directory');
  const rawName = archive.subarray(at + DIRECTORY_BYTES, at + DIRECTORY_BYTES + nameBytes);
  const name = nameOf(rawName);
  const shown = JSON.stringify(name);
  if ((flags & UNREADABLE) !== 0) return refuse(`holds ${shown} encrypted`);
  if (kind !== 0 && kind !== FOLDER_KIND && kind !== FILE_KIND) return refuse(`holds ${shown}, a link or a device`);
  if (method !== 0 && method !== 8) return refuse(`packs ${shown} in a way that is not supported`);
  if (packed === ELSEWHERE || size === ELSEWHERE || from === ELSEWHERE) return refuse('is too large');
  // What a reader of the entries themselves would see must be the same.
  if (from + LOCAL_BYTES > archive.length || archive.readUInt32LE(from) !== LOCAL) return refuse('is damaged');
  const local = archive.subarray(from + LOCAL_BYTES, from + LOCAL_BYTES + archive.readUInt16LE(from + 26));
  if (!local.equals(rawName)) return refuse(`names ${shown} in two ways`);
  const begin = from + LOCAL_BYTES + local.length + archive.readUInt16LE(from + 28);
  const to = begin + packed;
  if (method === 0 && packed !== size) return refuse('is damaged');
  return {
    entry: {
      name,
      isFolder: name.endsWith('/') || kind === FOLDER_KIND,
      method: method === 0 ? 'stored' : 'deflated',
      crc: archive.readUInt32LE(at + 16),
      size,
      data: archive.subarray(begin, to),
    },
    from,
    to,
    length,
  };
};

const read = (archive: Buffer, most: number): readonly ZipEntry[] => {
  const end = endOf(archive);
  const count = archive.readUInt16LE(end + 10);
  const start = archive.readUInt32LE(end + 16);
  if (archive.readUInt16LE(end + 4) !== 0 || archive.readUInt16LE(end + 8) !== count) refuse('is one part of several');
  if (start === ELSEWHERE || count === 0xff_ff || count > most) refuse(`has more than ${most} entries`);
  const found: Found[] = [];
  let at = start;
  for (let index = 0; index < count; index += 1) {
    const next = entryAt(archive, at, end);
    if (next.to > start) refuse('is damaged');
    found.push(next);
    at += next.length;
  }
  if (at !== end) refuse('has a damaged directory');
  // Entries that lie over each other are how a few kilobytes become petabytes.
  let last = 0;
  for (const { from, to } of found.toSorted((a, b) => a.from - b.from)) {
    if (from < last) refuse('has entries that lie over each other');
    last = to;
  }
  return found.map(({ entry }) => entry);
};

/**
 * Reads the directory of a ZIP archive; nothing is inflated. ZIP64, encryption and links are refused.
 * @param most entries that it may have
 */
export const readZipDirectory = (archive: Buffer, most: number): ZipVerdict => {
  try {
    return { outcome: 'read', entries: read(archive, most) };
  } catch (error) {
    if (error instanceof Refusal) return { outcome: 'refused', reason: error.message };
    // A number that points beyond the archive.
    if (error instanceof RangeError) return { outcome: 'refused', reason: 'is damaged' };
    throw error;
  }
};
