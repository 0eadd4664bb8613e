import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Job, Output, Result, Run } from '#subgraphs/sandbox/engines/engine.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';

const MIB = 1024 ** 2;
let engine: Engine;
let jail: Jail;

beforeAll(async () => {
  const opening = await openJail();
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  engine = createRunEngine(async () => opening);
});

afterAll(async () => {
  await engine.stop();
  await jail.close();
});

const bash = (source: string, more: Partial<Job> = {}): Job => ({
  id: randomUUID(),
  program: { kind: 'script', language: 'bash', path: 'main.sh' },
  args: [],
  stdin: new Uint8Array(),
  env: {},
  files: [{ path: 'main.sh', bytes: Buffer.from(source) }],
  limits: {
    wallMs: 20_000,
    cpuMs: 10_000,
    memoryBytes: 256 * MIB,
    processes: 64,
    outputBytes: 16 * MIB,
    diskBytes: 32 * MIB,
  },
  collect: [],
  terminal: null,
  ...more,
});

const all = async (
  run: Run,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly result: Result }> => {
  const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for await (const { stream, bytes } of run.output) said[stream].push(bytes);
  const result = await run.result;
  return { stdout: Buffer.concat(said.stdout).toString(), stderr: Buffer.concat(said.stderr).toString(), result };
};

const next = async (output: AsyncIterator<Output>): Promise<string> => {
  const { value, done } = await output.next();
  return done === true ? '' : value.bytes.toString();
};

/** Reads until a text has come. */
const readUntil = async (output: AsyncIterator<Output>, text: string): Promise<string> => {
  let said = '';
  while (!said.includes(text)) {
    const more = await next(output);
    if (more === '') throw new Error(`ended before "${text}": ${said}`);
    said += more;
  }
  return said;
};

test('arguments, variables, input and files reach the program as they are', async () => {
  const job = bash('printf "%s|" "$@"; printf "%s|" "$GIVEN"; cat; cat "data/ä b.txt" >&2; exit 4', {
    args: ['a b', '', '$(id)', "'"],
    env: { GIVEN: 'one\ntwo' },
    stdin: Buffer.from('typed'),
  });
  const files = [...job.files, { path: 'data/ä b.txt', bytes: Buffer.from('deep') }];
  const { stdout, stderr, result } = await all(await engine.start({ ...job, files }));
  expect(stdout).toBe("a b||$(id)|'|one\ntwo|typed");
  expect(stderr).toBe('deep');
  expect(result).toMatchObject({
    status: 'FAILED',
    exitCode: 4,
    signal: null,
    totals: { stdout: stdout.length, stderr: 4 },
  });
  expect(result.cpuMs).toBeGreaterThan(0);
});

test('five megabytes go in and come out byte for byte', async () => {
  const bytes = Buffer.from(Array.from({ length: 5 * MIB }, (_, index) => (index * 31 + (index >> 8)) & 255));
  const run = await engine.start(bash('cat', { stdin: bytes }));
  const chunks: Buffer[] = [];
  for await (const chunk of run.output) chunks.push(chunk.bytes);
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  expect((await run.result).status).toBe('SUCCEEDED');
});

test('a reader that leaves does not hold the program up', async () => {
  const run = await engine.start(bash('head -c 4000000 /dev/zero; echo end >&2'));
  for await (const _ of run.output) break;
  expect(await run.result).toMatchObject({ status: 'SUCCEEDED', totals: { stdout: 4_000_000, stderr: 4 } });
});

test('cancelling kills the whole tree, and repeating it changes nothing', async () => {
  const run = await engine.start(bash('trap "" TERM; (setsid sleep 60 &); sleep 60 & echo up; wait'));
  const output = run.output[Symbol.asyncIterator]();
  await readUntil(output, 'up');
  run.cancel();
  run.cancel();
  expect(await output.next()).toMatchObject({ done: true });
  expect(await run.result).toMatchObject({ status: 'CANCELLED', exitCode: null });
  run.cancel();
});

test('twenty at once each get their own answer', async () => {
  const runs = await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      all(await engine.start(bash(`echo ${index} > own; sleep 0.1; cat own`))),
    ),
  );
  expect(runs.map(({ stdout }) => stdout.trim())).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
});

test('a terminal has its size, takes a new one, is typed into and tells the exit code', async () => {
  const job = bash('', {
    program: { kind: 'shell', language: 'bash' },
    terminal: { columns: 90, rows: 31 },
    files: [],
  });
  const run = await engine.start(job);
  const output = run.output[Symbol.asyncIterator]();
  await run.write(Buffer.from('stty size; test -t 0 && echo "a"tty\n'));
  expect(await readUntil(output, 'atty')).toContain('31 90');
  await run.resize({ columns: 120, rows: 40 });
  await run.write(Buffer.from('until test "$(stty size)" = "40 120"; do sleep 0.01; done; echo re"sized"\n'));
  await readUntil(output, 'resized');
  // Ctrl-C reaches the program in the foreground, and not the shell.
  await run.write(Buffer.from('sh -c \'echo be"gins"; exec sleep 60\'\n'));
  await readUntil(output, 'begins');
  await run.write(Buffer.from('\u0003'));
  await run.write(Buffer.from('sleep 60 & exit 5\n'));
  while ((await output.next()).done !== true);
  expect(await run.result).toMatchObject({ status: 'FAILED', exitCode: 5 });
});

test('what is no job for the engine is refused before anything starts', async () => {
  const code = async (job: Job): Promise<unknown> =>
    engine.start(job).then(
      () => 'started',
      (error: { code: string }) => error.code,
    );
  expect(await code(bash('', { program: { kind: 'module', path: 'a.wasm', invoke: null } }))).toBe('BAD_USER_INPUT');
  expect(await code(bash('', { program: { kind: 'script', language: 'javascript', path: 'a.js' } }))).toBe(
    'BAD_USER_INPUT',
  );
  expect(await code(bash('', { program: { kind: 'shell', language: 'bash' } }))).toBe('BAD_USER_INPUT');
  expect(await code(bash('', { args: ['a\0b'] }))).toBe('BAD_USER_INPUT');
  expect(await code(bash('', { env: { 'A=B': '' } }))).toBe('BAD_USER_INPUT');
  expect(await code(bash('', { files: [{ path: '../a', bytes: Buffer.alloc(1) }] }))).toBe('PATH_REFUSED');
});

test('files that do not fit are told as a full disk', async () => {
  const job = bash('true');
  const files = [...job.files, { path: 'large', bytes: Buffer.alloc(2 * MIB) }];
  const run = await engine.start({ ...job, files, limits: { ...job.limits, diskBytes: MIB } });
  expect((await all(run)).result).toMatchObject({ status: 'DISK_EXCEEDED' });
});

test('a file of the service in a folder that is closed to others can be shown to a jail', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'closed-'));
  const source = join(folder, 'tool.txt');
  writeFileSync(source, 'known');
  const spawned = await jail.spawn({
    command: ['/usr/bin/cat', '/opt/tool.txt'],
    env: {},
    folder: '/',
    binds: [{ source: await jail.reachable(source), target: '/opt/tool.txt', access: 'read' }],
    memoryFolders: [],
    files: [],
    limits: { wallMs: 5_000, cpuMs: null, memoryBytes: 64 * MIB, processes: 4, fileBytes: MIB },
    stdin: 'empty',
  });
  rmSync(folder, { recursive: true });
  if (spawned.outcome === 'failed') throw new Error(spawned.reason);
  const { process: program } = spawned;
  program.stderr.resume();
  expect(await text(program.stdout)).toBe('known');
  expect(await program.ended).toMatchObject({ code: 0, stopped: null });
  await program.close();
});

test('executions leave no descriptor open', async () => {
  await all(await engine.start(bash('echo')));
  const before = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 10; round++) await all(await engine.start(bash('echo')));
  // Of jails that wait there are two at most, with nine descriptors each.
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 20);
});
