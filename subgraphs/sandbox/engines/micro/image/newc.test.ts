import { expect, test } from 'vitest';
import { newcArchive, type Entry } from './newc.ts';

/** Reads an archive as the kernel does. */
const readArchive = (
  archive: Buffer,
): readonly { readonly path: string; readonly mode: number; readonly data: string }[] => {
  const entries = [];
  for (let at = 0; ;) {
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const field = (index: number): number =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [mode, size, nameSize] = [field(1), field(6), field(11)];
    const path = archive.toString('utf8', at + 110, at + 110 + nameSize - 1);
    const dataAt = Math.ceil((at + 110 + nameSize) / 4) * 4;
    if (path === 'TRAILER!!!') return entries;
    entries.push({ path, mode, data: archive.toString('utf8', dataAt, dataAt + size) });
    at = Math.ceil((dataAt + size) / 4) * 4;
  }
};

const ENTRIES: readonly Entry[] = [
  { kind: 'folder', path: 'bin', mode: 0o755 },
  { kind: 'file', path: 'bin/a', mode: 0o644, bytes: Buffer.from('one') },
  { kind: 'file', path: 'bin/naïve', mode: 0o755, bytes: Buffer.from('') },
  { kind: 'link', path: 'sh', target: 'bin/a' },
];

test('an archive holds folders, files and links with their modes', () => {
  expect(readArchive(newcArchive(ENTRIES))).toEqual([
    { path: 'bin', mode: 0o040_755, data: '' },
    { path: 'bin/a', mode: 0o100_644, data: 'one' },
    { path: 'bin/naïve', mode: 0o100_755, data: '' },
    { path: 'sh', mode: 0o120_777, data: 'bin/a' },
  ]);
});

test('the same entries make the same bytes', () => {
  expect(newcArchive(ENTRIES).equals(newcArchive(structuredClone(ENTRIES)))).toBe(true);
});
