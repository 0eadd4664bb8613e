import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCatalogue } from './catalogue.ts';
import { llamaMetadata } from './gguf/llama.ts';
import { writeGguf } from './gguf/writer.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-catalogue-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A file that has a header and no weights, which is all that the catalogue reads. */
const writeModel = (path: string, context = 512): Promise<void> => {
  const shape = { embedding: 64, layers: 2, heads: 4, keyValueHeads: 2, feedForward: 192, vocabulary: 259, context };
  return writeGguf(path, llamaMetadata('m', shape), []);
};

test('lists the GGUF files of the folder by name, and nothing else', async () => {
  await writeModel(join(folder, 'b.gguf'), 256);
  await symlink(join(folder, 'b.gguf'), join(folder, 'a.gguf'));
  await mkdir(join(folder, 'folder.gguf'));
  await writeFile(join(folder, 'readme.txt'), 'no model');
  await writeFile(join(folder, '.hidden.gguf'), 'no model');
  await symlink(join(folder, 'nowhere'), join(folder, 'broken.gguf'));
  const models = await openCatalogue(folder).list();
  expect(models).toMatchObject([
    { name: 'a', header: { outcome: 'read', kind: 'CHAT', trainedContext: 256 } },
    { name: 'b', path: join(folder, 'b.gguf'), header: { outcome: 'read' } },
  ]);
});

test('a file that is no GGUF is listed as unreadable, with the reason', async () => {
  await writeFile(join(folder, 'damaged.gguf'), 'XXXX not a model');
  await writeFile(join(folder, 'empty.gguf'), '');
  const catalogue = openCatalogue(folder);
  for (const name of ['damaged', 'empty']) {
    const model = await catalogue.find(name);
    expect(model?.header.outcome).toBe('unreadable');
  }
});

test('a name is never a path', async () => {
  await writeModel(join(folder, 'm.gguf'));
  await mkdir(join(folder, 'inner'));
  const catalogue = openCatalogue(join(folder, 'inner'));
  for (const name of ['../m', '..', '.', '', '/etc/passwd', 'a/b', 'a\\b', 'm\0', `${folder}/m`, 'x'.repeat(200)]) {
    expect(await catalogue.find(name)).toBeUndefined();
  }
});

test('a file that changed is read again', async () => {
  const path = join(folder, 'm.gguf');
  const catalogue = openCatalogue(folder);
  await writeModel(path, 256);
  expect(await catalogue.find('m')).toMatchObject({ header: { trainedContext: 256 } });
  await writeModel(path, 512);
  await utimes(path, new Date(0), new Date(0));
  expect(await catalogue.find('m')).toMatchObject({ header: { trainedContext: 512 } });
});

test('a folder that is not there is an error, a model that is not there is none', async () => {
  const catalogue = openCatalogue(join(folder, 'nowhere'));
  await expect(catalogue.list()).rejects.toThrow('ENOENT');
  expect(await catalogue.find('m')).toBeUndefined();
});
