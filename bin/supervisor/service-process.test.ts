import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import type { Journal } from './journal.ts';
import { superviseProcess, type ServiceProcess } from './service-process.ts';

const AT_ONCE = { graceMs: 0, killAfterMs: 0 };
const PATIENT = { graceMs: 0, killAfterMs: 60_000 };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-supervisor-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Trial {
  readonly service: ServiceProcess;
  /** Everything the process wrote. */
  readonly written: readonly string[];
  /** The sentences of the supervisor's log, and an event `sentence` for each. */
  readonly sentences: readonly string[];
  readonly events: EventEmitter;
}

/** Supervises a program that is written out for this test. */
const supervise = async (name: string, program: string): Promise<Trial> => {
  const entry = join(folder, `${name}.mjs`);
  await writeFile(entry, program);
  const written: string[] = [];
  const sentences: string[] = [];
  const events = new EventEmitter();
  const journal: Journal = { path: `${name}.log`, write: (line) => written.push(line), close: () => {} };
  const log = createLog('start', 'info', {
    write: (line) => {
      // Our own log line.
      const { msg } = JSON.parse(line) as { msg: string };
      sentences.push(msg);
      events.emit('sentence');
    },
  });
  const service = superviseProcess({ name, services: ['models'], entry, env: process.env, journal, log });
  return { service, written, sentences, events };
};

/** A program that is ready, says its process id as its address, and stops when it is told to. */
const GOOD = `
  process.on('message', () => process.exit(0));
  process.send({ type: 'ready', addresses: { models: String(process.pid) } });
`;

/** A process that has ended and that nobody has asked after yet, a zombie, is not alive. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('a process is ready with its addresses, and stops when it is told to', async () => {
  const { service, sentences } = await supervise('good', GOOD);
  const { models } = await service.ready;
  expect(isAlive(Number(models))).toBe(true);
  await service.stop(PATIENT);
  expect(isAlive(Number(models))).toBe(false);
  expect(sentences).toEqual(['good is ready']);
});

test('a process that is killed once it was ready is started anew, and the log says why', async () => {
  const { service, sentences, events } = await supervise('killed', GOOD);
  const { models } = await service.ready;
  process.kill(Number(models), 'SIGKILL');
  while (sentences.length < 3) await once(events, 'sentence');
  expect(sentences).toEqual(['killed is ready', 'killed ended (SIGKILL); started again in 100 ms', 'killed is ready']);
  await service.stop(PATIENT);
});

test('a process that refuses to start ends the waiting with its sentence', async () => {
  const { service } = await supervise(
    'refusing',
    `process.send({ type: 'refused', sentence: 'MODELS_PORT is taken.' }, () => process.exit(1));`,
  );
  await expect(service.ready).rejects.toThrow('MODELS_PORT is taken.');
  await service.stop(PATIENT);
});

test('a process that ends before it is ready is not started again; its last words and its log are named', async () => {
  const { service, written } = await supervise(
    'broken',
    `console.error('first'); console.error('no such file'); process.exit(3);`,
  );
  await expect(service.ready).rejects.toThrow(
    'broken ended while it started (exit code 3): no such file; broken.log says more.',
  );
  expect(written).toEqual(['first', 'no such file']);
  await service.stop(PATIENT);
});

/** A program with a process of its own below it, whose ids are its addresses. */
const WITH_CHILD = `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
  process.on('message', () => {});
  process.send({ type: 'ready', addresses: { models: String(process.pid), worker: String(child.pid) } });
`;

test('a process that does not stop is killed, with everything that it started', async () => {
  const { service, sentences } = await supervise('stubborn', WITH_CHILD);
  const { models, worker } = await service.ready;
  await service.stop(AT_ONCE);
  expect(isAlive(Number(models))).toBe(false);
  await expect.poll(() => isAlive(Number(worker))).toBe(false);
  expect(sentences.at(-1)).toBe('stubborn did not stop in time and is killed');
});

test('what a killed process had started ends with it', async () => {
  const { service, sentences, events } = await supervise('orphaning', WITH_CHILD);
  const { models, worker } = await service.ready;
  process.kill(Number(models), 'SIGKILL');
  while (sentences.length < 3) await once(events, 'sentence');
  await expect.poll(() => isAlive(Number(worker))).toBe(false);
  await service.stop(AT_ONCE);
});

test('a process may be stopped before it is ready', async () => {
  const { service } = await supervise('early', `process.on('message', () => process.exit(0));`);
  const stopped = service.stop(PATIENT);
  await expect(service.ready).rejects.toThrow('early was stopped before it was ready.');
  await stopped;
});
