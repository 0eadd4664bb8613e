import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { Generation } from '../generation.ts';
import { idOf, readManifests } from './manifest.ts';
import { createWarmth } from './warm.ts';

const LOGOUT = 'mutation { logout }';
const MODELS = 'query Models { models { name } }';
const BROKEN = '{ shoes }';

const generation = new Generation(
  await readFile(join(import.meta.dirname, '../../schemas/supergraph.graphql'), 'utf8'),
);
const documentsOf = (...texts: string[]) =>
  readManifests([
    { path: 'x.json', text: JSON.stringify(Object.fromEntries(texts.map((text) => [idOf(text), text]))) },
  ]);

/** Reading a text that nobody keeps gives another document each time. */
const isKept = (text: string): boolean => generation.parse(text) === generation.parse(text);

test('known documents are read and planned in the background, and let go when they are known no more', async () => {
  const warmth = createWarmth(createLog('test', 'silent'));
  warmth.begin({ generation });
  warmth.begin({ documents: documentsOf(BROKEN, LOGOUT, MODELS) });
  expect(isKept(MODELS)).toBe(false);
  await expect.poll(() => isKept(MODELS)).toBe(true);
  expect(isKept(LOGOUT)).toBe(true);
  expect(isKept(BROKEN)).toBe(false);
  warmth.begin({ documents: documentsOf(MODELS) });
  await expect.poll(() => isKept(LOGOUT)).toBe(false);
  expect(isKept(MODELS)).toBe(true);
  warmth.stop();
});
