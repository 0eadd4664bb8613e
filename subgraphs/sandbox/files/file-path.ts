/** A path that has passed the rules: relative to its project, in NFC, with `/` between its segments. */
export interface FilePath {
  readonly text: string;
  /** The folders from the project's root down. */
  readonly folders: readonly string[];
  /** The last segment. */
  readonly name: string;
}

export type PathVerdict =
  | { readonly outcome: 'accepted'; readonly path: FilePath }
  /** `reason` completes the sentence "The path …". */
  | { readonly outcome: 'refused'; readonly reason: string };

export const MAX_PATH_BYTES = 512;
export const MAX_SEGMENTS = 32;
const MAX_SEGMENT_BYTES = 255;

/**
 * What no segment holds: control characters; characters that reverse the direction of text or are invisible, so that
 * a name would not read as what it is; and what Windows gives a meaning (a checkout must work there too).
 */
// oxlint-disable-next-line no-control-regex -- refusing control characters is what it is for
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff<>:"|?*\\]/u;

/** Names that Windows gives to devices, whatever extension follows. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/iu;

const refused = (reason: string): PathVerdict => ({ outcome: 'refused', reason });

const faultOf = (segment: string): string | null => {
  if (segment === '') return 'has an empty segment';
  if (segment === '.' || segment === '..') return `must not hold "${segment}"`;
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) return `has a segment of over ${MAX_SEGMENT_BYTES} bytes`;
  if (segment.endsWith('.')) return 'has a segment that ends in a dot';
  if (segment.trim() !== segment) return 'has a segment that begins or ends in a space';
  if (DEVICE.test(segment)) return 'holds a name that Windows keeps for a device';
  return null;
};

/** Decides whether a text may name a file of a project. Touches no disk. */
export const parseFilePath = (text: string): PathVerdict => {
  // Checked before normalising, which would cost time in proportion to the length.
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) return refused(`is over ${MAX_PATH_BYTES} bytes`);
  if (!text.isWellFormed()) return refused('is not valid Unicode');
  const path = text.normalize('NFC');
  if (path === '') return refused('is empty');
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return refused(`is over ${MAX_PATH_BYTES} bytes`);
  if (path.startsWith('/')) return refused('must be relative');
  if (FORBIDDEN.test(path)) return refused('holds a character that is not allowed in a path');
  const segments = path.split('/');
  if (segments.length > MAX_SEGMENTS) return refused(`is deeper than ${MAX_SEGMENTS} segments`);
  for (const segment of segments) {
    const fault = faultOf(segment);
    if (fault !== null) return refused(fault);
  }
  const name = segments.at(-1) ?? '';
  return { outcome: 'accepted', path: { text: path, folders: segments.slice(0, -1), name } };
};

/** The path of something that a project has had. @throws Error when it breaks the rules, which it has passed once */
export const knownPath = (text: string): FilePath => {
  const verdict = parseFilePath(text);
  if (verdict.outcome === 'refused') throw new Error(`a path that is kept ${verdict.reason}`);
  return verdict.path;
};
