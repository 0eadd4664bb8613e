import { expect, test } from 'vitest';
import { closureOf, readFiles } from './apt.ts';

const DEPENDS = `python3-minimal
  PreDepends: python3.11-minimal
  Depends: dpkg
python3.11-minimal
  Depends: libc6
 |Depends: media-types
  Depends: <virtual>
    mawk
dpkg
  Depends: tar
libc6
  Depends: libgcc-s1
libgcc-s1
  Depends: libc6
`;

test('a closure holds what packages need, and not what is left out with what it alone would bring', () => {
  expect(closureOf(DEPENDS, ['python3-minimal'], new Set(['dpkg', 'media-types']))).toEqual([
    'libc6',
    'libgcc-s1',
    'python3-minimal',
    'python3.11-minimal',
  ]);
});

test("apt's list of files is read with the escapes of its addresses", () => {
  const hash = 'ab'.repeat(32);
  const line = `'http://deb.debian.org/x/libc6_2.36-9%2bdeb12u14_amd64.deb' libc6_2.36-9+deb12u14_amd64.deb 2759320 SHA256:${hash}`;
  expect(readFiles(`Reading lists\n${line}\n`)).toEqual([
    { name: 'libc6', file: 'libc6_2.36-9+deb12u14_amd64.deb', bytes: 2_759_320, sha256: hash },
  ]);
});

test.each([
  ['no hash', "'http://x/a_1_amd64.deb' a_1_amd64.deb 5 "],
  ['a weaker hash', `'http://x/a_1_amd64.deb' a_1_amd64.deb 5 MD5Sum:${'a'.repeat(32)}`],
  ['a path for a name', `'http://x/a_1_amd64.deb' ../a_1_amd64.deb 5 SHA256:${'a'.repeat(64)}`],
])('a file with %s is refused', (_, line) => {
  expect(() => readFiles(line)).toThrow('apt names a file without its SHA-256');
});
