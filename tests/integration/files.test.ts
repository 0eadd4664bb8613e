import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { MAX_FILE_BYTES } from '#subgraphs/sandbox/files/file-content.ts';
import { parseFilePath, type FilePath } from '#subgraphs/sandbox/files/file-path.ts';
import { createFiles, type Change, type Files, type Writer } from '#subgraphs/sandbox/files/files.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let pool: Database;
let files: Files;

beforeAll(async () => {
  database = await freshDatabase();
  pool = await openPool(serviceAddress(database.url, 'sandbox', database.secret), createLog('test', 'silent'));
  files = createFiles(pool, { files: 5, folders: 40, bytes: 2 * MAX_FILE_BYTES });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const at = (text: string): FilePath => {
  const verdict = parseFilePath(text);
  if (verdict.outcome === 'refused') throw new Error(`${text} ${verdict.reason}`);
  return verdict.path;
};
const ada: Writer = { userId: randomUUID(), agent: null };

/** A project of its own, and short words for what is done to it. */
const project = async () => {
  const [row] = await database.sql(
    'insert into sandbox.projects (owner_id, name) values ($1, gen_random_uuid()) returning id',
    [ada.userId],
  );
  const id = z.uuid().parse(row?.['id']);
  const apply = (changes: readonly Change[], writer = ada) => files.apply(id, writer, changes);
  return {
    id,
    apply,
    write: async (path: string, content: string | Buffer, ifVersion: string | null = null, writer = ada) => {
      const change: Change = { kind: 'write', path: at(path), bytes: Buffer.from(content), ifVersion };
      const [file] = await apply([change], writer);
      if (!file) throw new Error('no file');
      return file;
    },
    read: async (path: string) => (await files.read(id, at(path)))?.bytes.toString() ?? null,
    move: (from: string, to: string) => apply([{ kind: 'move', from: at(from), to: at(to), ifVersion: null }]),
    remove: (path: string) => apply([{ kind: 'delete', path: at(path), ifVersion: null }]),
    folder: (path: string) => apply([{ kind: 'make folder', path: at(path) }]),
    paths: async () => (await files.list(id)).map(({ path }) => path),
    state: async () =>
      (await database.sql('select bytes::int, files, folders from sandbox.projects where id = $1', [id]))[0],
  };
};

describe('a file', () => {
  test('is read as it was written, with its SHA-256 as version', async () => {
    const { id, write } = await project();
    const file = await write('src/lib/a.txt', 'abc');
    expect(file).toMatchObject({
      projectId: id,
      path: 'src/lib/a.txt',
      size: 3,
      version: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    expect(await files.read(id, at('src/lib/a.txt'))).toEqual({ file, bytes: Buffer.from('abc') });
    expect(await files.folders(id)).toEqual(['src', 'src/lib']);
  });

  test('is null where there is none', async () => {
    const { write, read } = await project();
    expect(await read('a')).toBeNull();
    await write('a', '1');
    expect(await read('a/b')).toBeNull();
  });

  test('may have exactly the most bytes and not one more', async () => {
    const { write, read } = await project();
    await expect(write('a', Buffer.alloc(MAX_FILE_BYTES))).resolves.toMatchObject({ size: MAX_FILE_BYTES });
    await expect(write('a', Buffer.alloc(MAX_FILE_BYTES + 1))).rejects.toMatchObject({ code: 'SIZE_REFUSED' });
    expect(await read('a')).toHaveLength(MAX_FILE_BYTES);
  });

  test('holds any bytes and may be empty', async () => {
    const { id, write } = await project();
    const bytes = Buffer.from([0, 255, 254, 10, 13, 0]);
    await write('a', bytes);
    await write('b', '');
    expect((await files.snapshot(id)).map((file) => file.bytes)).toEqual([bytes, Buffer.alloc(0)]);
  });

  test('does not take the place of a folder, nor a folder that of a file', async () => {
    const { write, paths } = await project();
    await write('a/b', '1');
    await expect(write('a', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    await expect(write('a/b/c', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    expect(await paths()).toEqual(['a/b']);
  });

  test('does not stand beside another whose path differs in case alone', async () => {
    const { write, paths } = await project();
    await write('Src/a', '1');
    await expect(write('src/b', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    await expect(write('Src/A', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    await expect(write('ſrc/b', '2')).rejects.toMatchObject({ code: 'PATH_REFUSED' });
    expect(await paths()).toEqual(['Src/a']);
  });

  test('of another project is another file', async () => {
    const [one, other] = [await project(), await project()];
    await one.write('a', 'mine');
    expect(await other.read('a')).toBeNull();
    await expect(files.apply(randomUUID(), ada, [])).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a conditional write', () => {
  test('is made over the version that was read, and refused over any other', async () => {
    const { write, read } = await project();
    const { version } = await write('a', '1', '');
    await write('a', '2', version);
    await expect(write('a', '3', version)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    await expect(write('a', '3', '')).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    await expect(write('b', '3', version)).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await read('a')).toBe('2');
  });

  test('is won by one of many writers at once', async () => {
    const { write } = await project();
    const { version } = await write('a', '0');
    const writers = Array.from({ length: 20 }, (_, index) => write('a', `writer ${index}`, version));
    const outcomes = await Promise.allSettled(writers);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('changes together', () => {
  test('are made in their order', async () => {
    const { apply, paths, read, state } = await project();
    const written: Change = { kind: 'write', path: at('a'), bytes: Buffer.from('1'), ifVersion: '' };
    await apply([written, { kind: 'move', from: at('a'), to: at('x/b'), ifVersion: null }, { ...written }]);
    expect(await paths()).toEqual(['a', 'x/b']);
    expect(await read('x/b')).toBe('1');
    expect(await state()).toEqual({ bytes: 2, files: 2, folders: 1 });
  });

  test('are all undone when one of them is refused', async () => {
    const { apply, paths, state } = await project();
    const written: Change = { kind: 'write', path: at('d/a'), bytes: Buffer.from('1'), ifVersion: '' };
    await expect(apply([written, written])).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
    expect(await paths()).toEqual([]);
    expect(await state()).toEqual({ bytes: 0, files: 0, folders: 0 });
  });
});

describe('a deletion', () => {
  test('takes a folder with all that is below it, and nothing that is named alike', async () => {
    const { write, remove, paths, state } = await project();
    for (const path of ['a/b', 'a/c/d', 'ab', 'a.txt']) await write(path, '12');
    await remove('a');
    expect(await paths()).toEqual(['a.txt', 'ab']);
    expect(await state()).toEqual({ bytes: 4, files: 2, folders: 0 });
    await expect(remove('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a move', () => {
  test('takes a folder with all that is below it', async () => {
    const { write, move, paths, read, state } = await project();
    await write('a/b/c', '1');
    await write('a/d', '2');
    await move('a', 'x/y');
    expect(await paths()).toEqual(['x/y/b/c', 'x/y/d']);
    expect(await read('x/y/b/c')).toBe('1');
    expect(await state()).toEqual({ bytes: 2, files: 2, folders: 3 });
    // The names that are free again, in any case, can be taken.
    await write('A/b', '3');
  });

  test('may change a name in case alone', async () => {
    const { write, move, paths } = await project();
    await write('readme.md', '1');
    await move('readme.md', 'README.md');
    expect(await paths()).toEqual(['README.md']);
  });

  test.each([
    ['onto something', 'a/b', 'c', 'CONFLICT'],
    ['into itself', 'a', 'a/x', 'PATH_REFUSED'],
    ['to where it is', 'c', 'c', 'PATH_REFUSED'],
    ['of nothing', 'z', 'y', 'NOT_FOUND'],
    ['through a file', 'a/b', 'c/d', 'PATH_REFUSED'],
  ])('%s is refused', async (_, from, to, code) => {
    const { write, move, paths } = await project();
    await write('a/b', '1');
    await write('c', '2');
    await expect(move(from, to)).rejects.toMatchObject({ code });
    expect(await paths()).toEqual(['a/b', 'c']);
  });

  test('that would make a path too deep is refused', async () => {
    const { folder, move } = await project();
    await folder(`${'a/'.repeat(20)}b`);
    await folder(`${'c/'.repeat(15)}d`);
    await expect(move('a', `${'c/'.repeat(15)}d/a`)).rejects.toMatchObject({ code: 'PATH_REFUSED' });
  });
});

describe('the bounds of a project', () => {
  test('refuse one file too many and still let every file be changed', async () => {
    const { write, paths } = await project();
    for (const name of ['a', 'b', 'c', 'd/e', 'd/f']) await write(name, '1');
    await expect(write('g', '1')).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    await expect(write('d/f', '2')).resolves.toMatchObject({ size: 1 });
    expect(await paths()).toHaveLength(5);
  });

  test('refuse one folder too many, and make none of them', async () => {
    const { folder, state } = await project();
    await folder(`${'a/'.repeat(29)}f`);
    await expect(folder(`${'b/'.repeat(10)}f`)).rejects.toMatchObject({ code: 'LIMIT_REACHED' });
    expect(await state()).toMatchObject({ folders: 30 });
  });

  test('hold exactly with many writers at once', async () => {
    const { write, state } = await project();
    const half = Buffer.alloc(MAX_FILE_BYTES / 2);
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => write(`${index % 5}`, half)));
    expect(outcomes.filter(({ status }) => status === 'rejected')).not.toHaveLength(0);
    expect(await state()).toMatchObject({ bytes: 4 * half.length, files: 4 });
  });
});

describe('a lease', () => {
  const leased = async (path: string, holder: Writer, until = "now() + interval '1 hour'") => {
    const one = await project();
    await one.write('src/a', '1');
    await database.sql(
      `insert into sandbox.leases (project_id, path, holder_id, agent, expires_at) values ($1, $2, $3, $4, ${until})`,
      [one.id, path, holder.userId, holder.agent],
    );
    return one;
  };
  const agent: Writer = { ...ada, agent: 'run-7' };

  test.each(['src/a', 'src'])('of an agent on %s keeps its user from the file', async (path) => {
    const { write, remove, move, read } = await leased(path, agent);
    const locked = { code: 'FILE_LOCKED', extensions: { lock: { path, holder: { kind: 'AGENT', id: 'run-7' } } } };
    await expect(write('src/a', '2')).rejects.toMatchObject(locked);
    await expect(remove('src')).rejects.toMatchObject(locked);
    await expect(move('src/a', 'b')).rejects.toMatchObject(locked);
    expect(await read('src/a')).toBe('1');
    await expect(write('src/a', '2', null, agent)).resolves.toMatchObject({ size: 1 });
    await expect(write('other', '2')).resolves.toMatchObject({ size: 1 });
  });

  test('that has expired keeps nobody', async () => {
    const { write } = await leased('src/a', agent, "now() - interval '1 second'");
    await expect(write('src/a', '2')).resolves.toMatchObject({ size: 1 });
  });
});

describe('the past', () => {
  test('of a file is bounded, and what nothing has any more is removed', async () => {
    const { id, write, remove } = await project();
    for (let count = 0; count < 60; count += 1) await write('a', `${count}`);
    const counts = () =>
      database.sql(
        `select (select count(*)::int from sandbox.versions where project_id = $1) as versions,
           (select count(*)::int from sandbox.blobs where project_id = $1) as blobs`,
        [id],
      );
    expect(await counts()).toEqual([{ versions: 50, blobs: 50 }]);
    await remove('a');
    expect(await counts()).toEqual([{ versions: 50, blobs: 50 }]);
  });

  test('goes with its project', async () => {
    const { id, write } = await project();
    await write('a/b', '1');
    await database.sql('delete from sandbox.projects where id = $1', [id]);
    expect(await database.sql('select from sandbox.blobs where project_id = $1', [id])).toEqual([]);
  });
});
