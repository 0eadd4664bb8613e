const BLOCK = 512;

interface TarFile {
  readonly path: string;
  readonly bytes: Buffer;
}

const textAt = (block: Buffer, start: number, length: number): string => {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString();
};

/**
 * The plain files of a tar archive. For archives that come with a package of ours: names longer than a header holds are
 * not understood.
 */
export const readTar = (archive: Buffer): readonly TarFile[] => {
  const files: TarFile[] = [];
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    if (header[0] === 0) break;
    const size = Number.parseInt(textAt(header, 124, 12), 8);
    if (!Number.isSafeInteger(size)) throw new Error('the archive is damaged');
    const kind = String.fromCharCode(header[156] ?? 0);
    const prefix = textAt(header, 345, 155);
    const content = at + BLOCK;
    if (kind === '0' || kind === '\0') {
      files.push({
        path: `${prefix === '' ? '' : `${prefix}/`}${textAt(header, 0, 100)}`,
        bytes: archive.subarray(content, content + size),
      });
    }
    at = content + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
};
