import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { projectFiles, read } from './tree.ts';

test('no file or folder has a name that says nothing', () => {
  const vague = /^(?:utils?|helpers?|common|misc|shared|stuff)$/iu;
  const named = projectFiles().filter((path) =>
    path.split('/').some((part) => part.split('.').some((word) => vague.test(word))),
  );
  expect(named).toEqual([]);
});

test('migrations are numbered from 1 without a gap', () => {
  const names = projectFiles()
    .filter((path) => path.startsWith('migrations/'))
    .map((path) => basename(path))
    .toSorted();
  const numbers = names.map((name) => /^(\d{4})_[a-z0-9_]+\.sql$/u.exec(name)?.[1]);
  expect(numbers).toEqual(names.map((_, index) => String(index + 1).padStart(4, '0')));
});

test('no text names the host of a package registry', () => {
  const host =
    /\b(?:registry|npm|packages|artifactory|nexus|verdaccio|mirror)\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.?(?:org|com|io|net|dev|cloud|internal|local)\b/iu;
  const binary = /\.(?:gguf|woff2?|png|jpg|ico|wasm|gz)$/u;
  const naming = projectFiles()
    .filter((path) => !binary.test(path))
    .flatMap((path) => {
      const found = host.exec(read(path));
      return found ? [`${path}: ${found[0]}`] : [];
    });
  expect(naming).toEqual([]);
});
