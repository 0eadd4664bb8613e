/** What a root file system in memory is made of. */
export type Entry =
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly bytes: Uint8Array }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

const TYPES = { folder: 0o040_000, file: 0o100_000, link: 0o120_000 } as const;
const TRAILER = 'TRAILER!!!';

const padded = (bytes: Uint8Array): readonly Uint8Array[] => [bytes, new Uint8Array((4 - (bytes.length % 4)) % 4)];

const record = (inode: number, mode: number, path: string, data: Uint8Array): readonly Uint8Array[] => {
  const name = Buffer.from(`${path}\0`);
  // inode, mode, uid, gid, links, time, size, four device numbers, length of the name, checksum
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [...padded(Buffer.concat([Buffer.from(header), name])), ...padded(data)];
};

/**
 * Writes an archive in the form that Linux takes as its first root file system (cpio's `newc`). All belongs to root and
 * has no time, so that the same entries make the same bytes.
 * @param entries folders before what lies in them; paths without a slash at the beginning
 */
export const newcArchive = (entries: readonly Entry[]): Buffer => {
  const parts = entries.flatMap((entry, index) => {
    switch (entry.kind) {
      case 'folder':
        return record(index + 1, TYPES.folder | entry.mode, entry.path, new Uint8Array());
      case 'file':
        return record(index + 1, TYPES.file | entry.mode, entry.path, entry.bytes);
      case 'link':
        return record(index + 1, TYPES.link | 0o777, entry.path, Buffer.from(entry.target));
    }
  });
  return Buffer.concat([...parts, ...record(0, 0, TRAILER, new Uint8Array())]);
};
