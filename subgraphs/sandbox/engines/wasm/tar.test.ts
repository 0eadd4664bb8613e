import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readTar } from './tar.ts';

const folder = mkdtempSync(join(tmpdir(), 'tar-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the plain files of an archive are read, and nothing else', () => {
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  writeFileSync(join(folder, 'a', 'b', 'text'), 'x'.repeat(1000));
  writeFileSync(join(folder, 'a', 'empty'), '');
  symlinkSync('/etc/passwd', join(folder, 'a', 'link'));
  const archive = execFileSync('tar', ['--format=ustar', '-cf', '-', '-C', folder, 'a']);
  const files = readTar(archive).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  expect(files.map(({ path, bytes }) => [path, bytes.length])).toEqual([
    ['a/b/text', 1000],
    ['a/empty', 0],
  ]);
  expect(String(files[0]?.bytes)).toBe('x'.repeat(1000));
});

test('an archive that is damaged is an error', () => {
  expect(() => readTar(Buffer.alloc(1024, 'z'))).toThrow('damaged');
});
