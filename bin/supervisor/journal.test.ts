import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openJournal } from './journal.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-journal-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('lines are appended to what earlier runs wrote, readable by the owner alone', async () => {
  for (const line of ['one', 'two\n']) {
    const journal = openJournal(folder, 'kept');
    journal.write(line);
    journal.close();
  }
  const path = join(folder, 'kept.log');
  expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that is full is put aside, and only one such is kept', async () => {
  const journal = openJournal(folder, 'full', 16);
  for (const line of ['first line', 'second line', 'third line']) journal.write(line);
  journal.close();
  expect(await readFile(join(folder, 'full.log'), 'utf8')).toBe('third line\n');
  expect(await readFile(join(folder, 'full.old.log'), 'utf8')).toBe('second line\n');
  expect((await readdir(folder)).filter((name) => name.startsWith('full'))).toHaveLength(2);
});
