import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '#subgraphs/sandbox/engines/engine.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';
import type { Canaries } from './abuse.ts';
import { KERNEL } from './kernel.ts';
import { LEFTOVERS } from './leftovers.ts';
import { REACH } from './reach.ts';
import { RESOURCES } from './resources.ts';
import { abuseSuite } from './suite.ts';

const text = `canary-${randomBytes(8).toString('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'abuse-'));
const servers: Server[] = [];
const mountsBefore = readFileSync('/proc/self/mountinfo', 'utf8');
let canaries: Canaries;
let engine: Engine;
let jail: Jail;

const serve = async (where: number | string): Promise<Server> => {
  const server = createServer((socket) => socket.on('error', () => {}).end(text));
  servers.push(server);
  if (typeof where === 'number') server.listen(where, '127.0.0.1');
  else server.listen(where);
  await once(server, 'listening');
  return server;
};

beforeAll(async () => {
  process.env['DEVSTUDIO_SECRET'] = text;
  const address = (await serve(0)).address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const abstractSocket = `abuse-${process.pid}`;
  const socketFile = join(folder, 'socket');
  await serve(`\0${abstractSocket}`);
  await serve(socketFile);
  canaries = { port: address.port, abstractSocket, socketFile, text };
  const opening = await openJail();
  // Not left out where there is no jail: a host that builds the sandbox must try it.
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  engine = createRunEngine(async () => opening);
});

afterAll(async () => {
  delete process.env['DEVSTUDIO_SECRET'];
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('run', () => {
  const rows = [...RESOURCES, ...REACH, ...KERNEL, ...LEFTOVERS];
  abuseSuite(rows, () => ({ engine, canaries }));
});

test('nothing is left of it on the host: no process, no folder, no mount, no control group', async () => {
  await engine.stop();
  await jail.close();
  const children = globSync('/proc/self/task/*/children').flatMap((path) => readFileSync(path, 'utf8').split(' '));
  const names = children.filter((pid) => pid !== '').map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());
  expect(names.filter((name) => name === 'bwrap' || name === 'perl')).toEqual([]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`cyberdevstudio-jail-${process.pid}-`))).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(mountsBefore);
  // A group that still holds a process cannot be removed.
  expect(globSync(`/sys/fs/cgroup/**/devstudio-jail-${process.pid}-*`)).toEqual([]);
});
