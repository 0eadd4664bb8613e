import { expect } from 'vitest';
import type { Job, Limits, Result, Run, Status } from '#subgraphs/sandbox/engines/engine.ts';
import type { ProgramName } from './programs.ts';

const KIB = 1024;
const MIB = 1024 ** 2;

export interface Seen {
  readonly result: Result;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

export type More = Partial<Omit<Job, 'limits'>> & { readonly limits?: Partial<Limits> };

/** What a row asks of a subject. */
export interface Bench {
  /** Starts the row's program. */
  readonly start: (more?: More) => Promise<Run>;
  /** Starts it, reads all that it says, and waits for its result. */
  readonly see: (more?: More) => Promise<Seen>;
}

/** One thing that every engine does in the same way. */
export interface Row {
  readonly name: string;
  readonly program: ProgramName;
  readonly holds: (bench: Bench) => Promise<void>;
}

const ENDED_WELL = { status: 'SUCCEEDED', exitCode: 0, signal: null, message: null } as const;
const WHOLE = { stdout: false, stderr: false } as const;
const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const ended = async ({ see }: Bench, limits: Partial<Limits>, status: Status): Promise<Seen> => {
  const seen = await see({ limits });
  expect(seen.result, String(seen.stderr).slice(-400)).toMatchObject({ status });
  return seen;
};

export const ROWS: readonly Row[] = [
  {
    name: 'a program that ends well is told as such, with what it used',
    program: 'says',
    holds: async ({ see }) => {
      const { stdout, stderr, result } = await see();
      expect(String(stdout)).toBe('OK\n');
      expect(String(stderr)).toBe('');
      expect(result).toMatchObject({ ...ENDED_WELL, totals: { stdout: 3, stderr: 0 }, truncated: WHOLE, files: [] });
      expect(result.wallMs).toBeGreaterThan(0);
      for (const used of [result.cpuMs, result.peakMemoryBytes]) {
        if (used !== null) expect(used).toBeGreaterThanOrEqual(0);
      }
    },
  },
  {
    name: 'a code other than 0 is told, and is a failure of the program alone',
    program: 'exits',
    holds: async ({ see }) => {
      expect((await see()).result).toMatchObject({ status: 'FAILED', exitCode: 7, signal: null });
    },
  },
  {
    name: 'a death by a signal is told by its name',
    program: 'signals',
    holds: async ({ see }) => {
      expect((await see()).result).toMatchObject({ status: 'SIGNALED', exitCode: null, signal: 'SIGTERM' });
    },
  },
  {
    name: 'code of several lines is what was written',
    program: 'lines',
    holds: async ({ see }) => expect(String((await see()).stdout)).toBe('a\n  😀\n'),
  },
  {
    name: 'arguments arrive as they are, whatever a shell would make of them',
    program: 'args',
    holds: async ({ see }) => {
      const args = ['a b', '', '$(id)', '`id`', '"', "'", '\\', '-v', '--', '*', '%s', 'one\ntwo', '\t', 'é€😀'];
      expect(String((await see({ args })).stdout).split('\0')).toEqual([...args, '']);
    },
  },
  {
    name: 'variables arrive as they are, and nothing of the service or of another execution',
    program: 'env',
    holds: async ({ see }) => {
      const env = { GIVEN: 'one\ntwo = "é€"', EMPTY: '' };
      const { stdout } = await see({ env });
      expect(String(stdout).split('\0')).toEqual(expect.arrayContaining([`GIVEN=${env.GIVEN}`, 'EMPTY=']));
      expect(String(stdout)).not.toMatch(/CONTRACT_CANARY|DEVSTUDIO/u);
      expect(String((await see()).stdout)).not.toContain('GIVEN');
    },
  },
  {
    name: 'stdin is text to its end',
    program: 'echo',
    holds: async ({ see }) => {
      const text = 'one\ntwo é€😀, and no end of line';
      expect(String((await see({ stdin: Buffer.from(text) })).stdout)).toBe(text);
    },
  },
  {
    name: 'stdin is bytes to their end, more than fit into a pipe',
    program: 'echo',
    holds: async ({ see }) => {
      const stdin = Buffer.concat(Array.from({ length: 800 }, () => EVERY_BYTE));
      const { stdout, result } = await see({ stdin });
      expect(stdout.equals(stdin)).toBe(true);
      expect(result).toMatchObject({ ...ENDED_WELL, totals: { stdout: stdin.length, stderr: 0 } });
    },
  },
  {
    name: 'stdin that nobody gives is at its end',
    program: 'echo',
    holds: async ({ see }) => expect(await see()).toMatchObject({ stdout: Buffer.alloc(0), result: ENDED_WELL }),
  },
  {
    name: 'a program need not read its stdin',
    program: 'says',
    holds: async ({ see }) => {
      const { stdout, result } = await see({ stdin: Buffer.alloc(512 * KIB) });
      expect(String(stdout)).toBe('OK\n');
      expect(result).toMatchObject(ENDED_WELL);
    },
  },
  {
    name: 'files go in, what is asked for comes out, and nothing else',
    program: 'files',
    holds: async ({ see }) => {
      const { stdout, result } = await see({
        args: ['-/workspace/data/ä b.txt', '+/workspace/out/a.txt', '+/workspace/out/b.log', '+/workspace/c.txt'],
        files: [
          { path: 'data/ä b.txt', bytes: Buffer.from('given') },
          { path: 'data/all.bin', bytes: EVERY_BYTE },
          { path: 'out/before.txt', bytes: Buffer.alloc(0) },
        ],
        collect: ['out/*.txt', '**/*.bin'],
      });
      expect(String(stdout)).toBe(
        '/workspace/data/ä b.txt given\n/workspace/out/a.txt written\n/workspace/out/b.log written\n/workspace/c.txt written\n',
      );
      expect(result).toMatchObject(ENDED_WELL);
      const files = result.files.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes) }));
      expect(files.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
        { path: 'data/all.bin', bytes: EVERY_BYTE },
        { path: 'out/a.txt', bytes: Buffer.from('written') },
        { path: 'out/before.txt', bytes: Buffer.alloc(0) },
      ]);
    },
  },
  {
    name: 'output is the bytes that were written',
    program: 'bytes',
    holds: async ({ see }) => {
      const { stdout, result } = await see();
      expect(stdout.equals(Buffer.concat(Array.from({ length: 300 }, () => EVERY_BYTE)))).toBe(true);
      expect(result).toMatchObject({ totals: { stdout: 76_800, stderr: 0 }, truncated: WHOLE });
    },
  },
  {
    name: 'letters that come in pieces are whole for who decodes them as they come',
    program: 'split',
    holds: async ({ start }) => {
      const run = await start();
      const decoder = new TextDecoder('utf-8', { fatal: true });
      let text = '';
      for await (const { bytes } of run.output) text += decoder.decode(bytes, { stream: true });
      expect(text + decoder.decode()).toBe('é€😀');
      expect((await run.result).totals).toEqual({ stdout: 9, stderr: 0 });
    },
  },
  {
    name: 'both streams are in their order, each with its total',
    program: 'both',
    holds: async ({ see }) => {
      const { stdout, stderr, result } = await see();
      expect([String(stdout), String(stderr)]).toEqual(['out1\nout2\n', 'err1\nerr2\n']);
      expect(result.totals).toEqual({ stdout: 10, stderr: 10 });
    },
  },
  {
    name: 'output ends before the result is told, also for a slow reader',
    program: 'bytes',
    holds: async ({ start }) => {
      const run = await start();
      const order: string[] = [];
      const told = run.result.then(() => order.push('result'));
      for await (const { bytes } of run.output) {
        if (bytes.length > 0) await new Promise((done) => setImmediate(done));
        order.push('output');
      }
      await told;
      expect(order.indexOf('result')).toBe(order.length - 1);
    },
  },
  {
    name: 'a reader that leaves does not hold the program up',
    program: 'bytes',
    holds: async ({ start }) => {
      const run = await start();
      for await (const _ of run.output) break;
      expect(await run.result).toMatchObject({ status: 'SUCCEEDED', totals: { stdout: 76_800 } });
    },
  },
  {
    name: 'output comes while the program runs, and cancelling ends it with all its processes, once',
    program: 'waits',
    holds: async ({ start }) => {
      const run = await start();
      let said = '';
      for await (const { bytes } of run.output) {
        said += String(bytes);
        run.cancel();
        run.cancel();
      }
      expect(said).toContain('up');
      const result = await run.result;
      expect(result).toMatchObject({ status: 'CANCELLED', exitCode: null });
      run.cancel();
      expect(await run.result).toBe(result);
    },
  },
  {
    name: 'more output than there may be ends the program, and what was delivered is said',
    program: 'floods',
    holds: async (bench) => {
      const { stdout, result } = await ended(bench, { outputBytes: 100_000 }, 'OUTPUT_EXCEEDED');
      expect(stdout.length).toBe(100_000);
      expect(result.truncated).toEqual({ stdout: true, stderr: false });
      expect(result.totals.stdout).toBeGreaterThan(100_000);
    },
  },
  {
    name: 'as much output as there may be is no excess',
    program: 'exactly',
    holds: async (bench) => {
      const { stdout, result } = await ended(bench, { outputBytes: 65_536 }, 'SUCCEEDED');
      expect(stdout.length).toBe(65_536);
      expect(result).toMatchObject({ totals: { stdout: 65_536 }, truncated: WHOLE });
    },
  },
  {
    name: 'the limit of time is held',
    program: 'waits',
    holds: async (bench) => {
      const { result } = await ended(bench, { wallMs: 1_000 }, 'TIMED_OUT');
      expect(result.exitCode).toBeNull();
      expect(result.wallMs).toBeGreaterThanOrEqual(1_000);
    },
  },
  {
    name: 'the limit of the processor is held',
    program: 'loops',
    holds: async (bench) => {
      const { result } = await ended(bench, { cpuMs: 500 }, 'CPU_EXCEEDED');
      expect(result.exitCode).toBeNull();
    },
  },
  {
    name: 'the limit of memory is held',
    program: 'takes',
    holds: async (bench) => {
      await ended(bench, { memoryBytes: 128 * MIB }, 'MEMORY_EXCEEDED');
    },
  },
  {
    name: 'the limit of the disk is held',
    program: 'fills',
    holds: async (bench) => {
      await ended(bench, { diskBytes: 8 * MIB }, 'DISK_EXCEEDED');
    },
  },
  {
    name: 'the limit of processes is held',
    program: 'forks',
    holds: async ({ see }) => {
      const { stdout, stderr } = await see({ limits: { processes: 24 } });
      expect(String(stdout).trim(), String(stderr)).toMatch(/^true$/iu);
    },
  },
  {
    name: 'several at once, and those after them, do not see each other',
    program: 'files',
    holds: async ({ see }) => {
      const places = [1, 2, 3].map((n) => `/workspace/own${n}`);
      const all = await Promise.all(
        places.map((own) => see({ args: [...places.map((each) => `-${each}`), `+${own}`, `-${own}`] })),
      );
      const none = places.map((each) => `${each} no\n`).join('');
      expect(all.map(({ stdout }) => String(stdout))).toEqual(
        places.map((own) => `${none}${own} written\n${own} written\n`),
      );
      expect(String((await see({ args: places.map((each) => `-${each}`) })).stdout)).toBe(none);
    },
  },
  {
    name: 'what is no job is refused, and never runs',
    program: 'says',
    holds: async ({ start }) => {
      const refused = (more: More, code: string) => expect(start(more)).rejects.toMatchObject({ code });
      await refused({ args: ['a\0b'] }, 'BAD_USER_INPUT');
      await refused({ env: { 'A=B': '' } }, 'BAD_USER_INPUT');
      await refused({ env: { A: 'a\0b' } }, 'BAD_USER_INPUT');
      for (const path of ['../a', '/a', 'a/../b', 'a\\b', '']) {
        await refused({ files: [{ path, bytes: Buffer.alloc(1) }] }, 'PATH_REFUSED');
      }
      const shell = { kind: 'shell', language: 'python' } as const;
      await refused({ program: shell }, 'BAD_USER_INPUT');
    },
  },
];
