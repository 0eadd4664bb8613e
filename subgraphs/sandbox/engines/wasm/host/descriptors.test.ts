import { execFileSync } from 'node:child_process';
import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readableFile, reopen } from './descriptors.ts';

test('what was opened since is closed, and what was open stays', () => {
  // In a process of its own: here, others may open some at any moment.
  const code = `
    import { fstatSync, openSync } from 'node:fs';
    import { rememberDescriptors } from ${JSON.stringify(join(import.meta.dirname, 'descriptors.ts'))};
    const isOpen = (fd) => { try { return fstatSync(fd) !== null; } catch { return false; } };
    const kept = openSync('/dev/null');
    const closeOthers = rememberDescriptors();
    const later = [openSync('/tmp')];
    try { for (;;) later.push(openSync('/dev/null')); } catch (error) { console.log(error.code); }
    closeOthers();
    console.log(later.length > 20, later.some(isOpen), isOpen(kept));`;
  const command = 'ulimit -n 64; exec "$0" --input-type=module -e "$1"';
  const said = execFileSync('/bin/sh', ['-c', command, process.execPath, code], { encoding: 'utf8' });
  expect(said).toBe('EMFILE\ntrue false true\n');
});

test('a descriptor can be had once more, and closed by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'descriptors-'));
  const path = join(folder, 'file');
  const fd = openSync(path, 'w');
  closeSync(reopen(fd));
  writeSync(fd, 'written');
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('written');
  rmSync(folder, { recursive: true });
});

test('bytes are read from a file that nobody else finds', () => {
  const fd = readableFile(Buffer.from('typed'));
  expect(readFileSync(fd, 'utf8')).toBe('typed');
  expect(fstatSync(fd).nlink).toBe(0);
  closeSync(fd);
});
