import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MAX_FILE_BYTES } from './file-content.ts';
import { parseFilePath, type FilePath } from './file-path.ts';
import { createTurns } from './turns.ts';
import { openWorkspaces, type Workspaces } from './workspace.ts';

const at = (text: string): FilePath => {
  const verdict = parseFilePath(text);
  if (verdict.outcome === 'refused') throw new Error(`${text} ${verdict.reason}`);
  return verdict.path;
};
const { signal } = new AbortController();
const project = randomUUID();

let root: string;
let folder: string;
let workspaces: Workspaces;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'devstudio-workspace-'));
  folder = join(root, 'workspaces');
  const turns = createTurns(100);
  workspaces = await openWorkspaces({
    folder,
    exclusively: (id, work) => turns.take(id, work),
    limits: { files: 5, folders: 40 },
  });
});

afterEach(async () => {
  await workspaces.close();
  await rm(root, { recursive: true, force: true });
});

const write = (path: string, content: string | Buffer, ifVersion: string | null = null) =>
  workspaces.write(project, at(path), Buffer.from(content), ifVersion);
const read = async (path: string): Promise<string | null> =>
  (await workspaces.read(project, at(path)))?.bytes.toString() ?? null;
const paths = async (): Promise<string[]> => (await workspaces.list(project, signal)).map(({ path }) => path);

describe('a file', () => {
  test('is read as it was written, with its SHA-256 as version', async () => {
    const file = await write('src/lib/a.txt', 'abc');
    expect(file).toMatchObject({
      projectId: project,
      path: 'src/lib/a.txt',
      size: 3,
      version: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    expect(await workspaces.read(project, at('src/lib/a.txt'))).toEqual({ file, bytes: Buffer.from('abc') });
    expect(await readFile(join(folder, project, 'src/lib/a.txt'), 'utf8')).toBe('abc');
  });

  test('is null where there is none, in a project without files too', async () => {
    expect(await read('a')).toBeNull();
    await write('a', '1');
    expect(await read('b')).toBeNull();
    expect(await read('b/c')).toBeNull();
  });

  test('is replaced whole, and nothing is left beside it', async () => {
    await write('a', 'a long first text');
    await write('a', 'short');
    expect(await read('a')).toBe('short');
    expect(await readdir(join(folder, project))).toEqual(['a']);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  });

  test('may have exactly the most bytes and not one more', async () => {
    await expect(write('a', Buffer.alloc(MAX_FILE_BYTES))).resolves.toMatchObject({ size: MAX_FILE_BYTES });
    await expect(write('a', Buffer.alloc(MAX_FILE_BYTES + 1))).rejects.toMatchObject({ code: 'SIZE_REFUSED' });
    expect(await read('a')).toHaveLength(MAX_FILE_BYTES);
  });

  test('does not take the place of a folder, nor a folder that of a file', async () => {
    await write('a/b', '1');
    await expect(write('a', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    await expect(write('a/b/c', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    expect(await paths()).toEqual(['a/b']);
  });

  test('of another project is another file', async () => {
    await write('a', 'mine');
    expect(await workspaces.read(randomUUID(), at('a'))).toBeNull();
  });
});

describe('a conditional write', () => {
  test('is made over the version that was read', async () => {
    const { version } = await write('a', '1');
    await write('a', '2', version);
    expect(await read('a')).toBe('2');
  });

  test('is refused over any other version, and changes nothing', async () => {
    const { version } = await write('a', '1');
    await write('a', '2');
    await expect(write('a', '3', version)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await read('a')).toBe('2');
  });

  test('with the empty version is made only where there is no file', async () => {
    await write('a', '1', '');
    await expect(write('a', '2', '')).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await read('a')).toBe('1');
  });

  test('of a version is refused where there is no file', async () => {
    await expect(write('a', '1', 'f'.repeat(64))).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await paths()).toEqual([]);
  });

  test('is won by one of many writers at once', async () => {
    const { version } = await write('a', '0');
    const writers = Array.from({ length: 20 }, (_, index) => write('a', `writer ${index}`, version));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a listing', () => {
  test('holds every file by path, with the same facts as the file itself', async () => {
    const written = [await write('b', '1'), await write('a/z', '2'), await write('a.txt', '3')];
    expect(await workspaces.list(project, signal)).toEqual(written.toSorted((a, b) => (a.path < b.path ? -1 : 1)));
    expect(await paths()).toEqual(['a.txt', 'a/z', 'b']);
  });

  test('of a project without files is empty', async () => {
    expect(await workspaces.list(randomUUID(), signal)).toEqual([]);
  });

  test('sees a change that was made behind its back', async () => {
    await write('a', '1');
    await writeFile(join(folder, project, 'a'), 'changed');
    const [file] = await workspaces.list(project, signal);
    expect(file).toMatchObject({ size: 7 });
    expect(file?.version).toBe((await workspaces.read(project, at('a')))?.file.version);
  });

  test('passes over what is no plain file or has no valid path', async () => {
    await write('a', '1');
    const here = join(folder, project);
    await symlink('/etc/passwd', join(here, 'link'));
    await symlink('/etc', join(here, 'folder-link'));
    await writeFile(join(here, 'back\\slash'), 'x');
    await writeFile(join(root, 'elsewhere'), 'x');
    await link(join(root, 'elsewhere'), join(here, 'hard'));
    execFileSync('mkfifo', [join(here, 'pipe')]);
    expect(await paths()).toEqual(['a']);
  });

  test('ends when nobody waits for it', async () => {
    await write('a', '1');
    await expect(workspaces.list(project, AbortSignal.abort())).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('the bounds of a project', () => {
  test('refuse one file too many and still let every file be changed', async () => {
    for (const name of ['a', 'b', 'c', 'd/e', 'd/f']) await write(name, '1');
    await expect(write('g', '1')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await expect(write('d/f', '2')).resolves.toMatchObject({ size: 1 });
    expect(await paths()).toHaveLength(5);
  });

  test('refuse one folder too many, and make none of them', async () => {
    const deep = (top: string, levels: number): string => `${`${top}/`.repeat(levels)}f`;
    await write(deep('a', 30), '1');
    await write(deep('b', 10), '1');
    await expect(write('c/f', '1')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    // A folder that is there already is not counted twice.
    await expect(write(deep('a', 29), '1')).resolves.toMatchObject({ size: 1 });
    expect(await readdir(join(folder, project))).toEqual(['a', 'b']);
  });
});

describe('a link that was planted', () => {
  let outside: string;

  beforeEach(async () => {
    outside = join(root, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'SECRET');
    await mkdir(join(folder, project));
    await symlink(outside, join(folder, project, 'folder'));
    await symlink(join(outside, 'secret'), join(folder, project, 'file'));
    await link(join(outside, 'secret'), join(folder, project, 'hard'));
    execFileSync('mkfifo', [join(folder, project, 'pipe')]);
  });

  test.each(['file', 'folder', 'folder/secret', 'folder/new', 'hard', 'pipe'])(
    'is not followed at %s',
    async (path) => {
      await expect(read(path)).rejects.toMatchObject({ code: 'PATH_REFUSED' });
      await expect(write(path, 'overwritten')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
      expect(await readdir(outside)).toEqual(['secret']);
      expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('SECRET');
    },
  );

  test('in place of the whole project is not followed either', async () => {
    const other = randomUUID();
    await symlink(outside, join(folder, other));
    await expect(workspaces.read(other, at('secret'))).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    await expect(workspaces.list(other, signal)).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    await expect(workspaces.write(other, at('new'), Buffer.from('x'), null)).rejects.toMatchObject({
      code: 'PATH_REFUSED',
    });
    expect(await readdir(outside)).toEqual(['secret']);
  });

  test('and swapped with a folder all the time lets no read or write out', { timeout: 60_000 }, async () => {
    const here = join(folder, project);
    await mkdir(join(here, 'd'));
    await writeFile(join(here, 'd/secret'), 'good');
    await symlink(outside, join(here, 'evil'));
    // A write may make a new `d` while there is none; it is thrown away, so that the swapping goes on.
    const swapper = new Worker(
      `const { existsSync, renameSync, rmSync } = require('node:fs');
       const { parentPort, workerData: here } = require('node:worker_threads');
       const move = (a, b) => { try { renameSync(here + a, here + b); } catch {} };
       parentPort.postMessage('ready');
       for (;;) {
         move('/d', '/dd'); move('/evil', '/d'); move('/d', '/evil');
         try { if (existsSync(here + '/dd')) rmSync(here + '/d', { recursive: true, force: true }); } catch {}
         move('/dd', '/d');
       }`,
      { eval: true, workerData: here },
    );
    const seen = new Set<string>();
    try {
      await once(swapper, 'message');
      for (let round = 0; round < 2_000; round += 1) {
        const outcome = await read('d/secret').catch((error: unknown) => String(error));
        seen.add(outcome ?? 'none');
        if (round % 20 === 0) await write('d/victim', 'mine').catch(() => {});
      }
    } finally {
      await swapper.terminate();
    }
    expect(seen).toContain('good');
    expect(seen).not.toContain('SECRET');
    expect(await readdir(outside)).toEqual(['secret']);
  });
});

test('what a crash left half written long ago is swept away at the next start', async () => {
  const incoming = join(folder, '.incoming');
  const old = new Date(Date.now() - 2 * 3_600_000);
  await writeFile(join(incoming, 'old'), 'x');
  await utimes(join(incoming, 'old'), old, old);
  await writeFile(join(incoming, 'young'), 'x');
  const again = await openWorkspaces({ folder, exclusively: (_, work) => work() });
  await again.close();
  expect(await readdir(incoming)).toEqual(['young']);
});
