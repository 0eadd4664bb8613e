import { randomBytes } from 'node:crypto';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#subgraphs/sandbox/engines/engine.ts';
import { createWasmEngine } from '#subgraphs/sandbox/engines/wasm/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';
import { abuseSuite } from './suite.ts';
import { LANGUAGES, MODULES } from './webassembly.ts';

const text = `canary-${randomBytes(8).toString('hex')}`;
// WASI has no way to call anybody: there is nobody who would have to answer.
const canaries = { port: 1, abstractSocket: 'none', socketFile: '/none', text };
let engine: Engine;
let jail: Jail;

beforeAll(async () => {
  process.env['DEVSTUDIO_SECRET'] = text;
  const opening = await openJail();
  // Not left out where there is no jail: a host that builds the sandbox must try it.
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  engine = createWasmEngine(async () => opening);
});

afterAll(() => {
  delete process.env['DEVSTUDIO_SECRET'];
});

describe('wasm', () => {
  abuseSuite([...MODULES, ...LANGUAGES], () => ({ engine, canaries }));
});

test('nothing is left of it on the host: no process, no folder', async () => {
  await engine.stop();
  await jail.close();
  const children = globSync('/proc/self/task/*/children').flatMap((path) => readFileSync(path, 'utf8').split(' '));
  const names = children.filter((pid) => pid !== '').map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  expect(names.filter((name) => name === 'bwrap' || name === 'perl')).toEqual([]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`cyberdevstudio-jail-${process.pid}-`))).toEqual([]);
});
