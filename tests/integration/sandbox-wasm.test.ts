import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Invocation, Job, Limits, Result, Run } from '#subgraphs/sandbox/engines/engine.ts';
import { createWasmEngine } from '#subgraphs/sandbox/engines/wasm/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';

const MIB = 1024 ** 2;

const LIMITS: Limits = {
  wallMs: 20_000,
  cpuMs: 20_000,
  memoryBytes: 256 * MIB,
  processes: 16,
  outputBytes: MIB,
  diskBytes: 32 * MIB,
};

type More = Partial<Omit<Job, 'limits' | 'stdin'>> & { readonly limits?: Partial<Limits>; readonly stdin?: string };

interface Seen {
  readonly result: Result;
  readonly stdout: string;
  readonly stderr: string;
}

let jail: Jail;
let engine: Engine;
const programs = { add: Buffer.alloc(0), files: Buffer.alloc(0) };

beforeAll(async () => {
  for (const name of ['add', 'files'] as const) {
    programs[name] = await readFile(new URL(`../harness/wasm/${name}.wasm`, import.meta.url));
  }
  const opening = await openJail();
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  engine = createWasmEngine(async () => opening);
});

afterAll(async () => {
  await engine.stop();
  await jail.close();
});

const start = (by: Engine, program: Job['program'], bytes: string | Buffer, more: More = {}): Promise<Run> => {
  const { limits, stdin = '', files = [], ...rest } = more;
  const path = program.kind === 'shell' ? 'none' : program.path;
  return by.start({
    id: randomUUID(),
    program,
    args: [],
    stdin: Buffer.from(stdin),
    env: {},
    files: [{ path, bytes: Buffer.from(bytes) }, ...files],
    collect: [],
    terminal: null,
    ...rest,
    limits: { ...LIMITS, ...limits },
  });
};

const seenOf = async (run: Run): Promise<Seen> => {
  const said = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  for await (const { stream, bytes } of run.output) said[stream] = Buffer.concat([said[stream], bytes]);
  return { result: await run.result, stdout: String(said.stdout), stderr: String(said.stderr) };
};

const see = async (program: Job['program'], bytes: string | Buffer, more?: More): Promise<Seen> =>
  seenOf(await start(engine, program, bytes, more));

const python = (code: string, more?: More): Promise<Seen> =>
  see({ kind: 'script', language: 'python', path: 'main.py' }, code, more);
const javascript = (code: string, more?: More): Promise<Seen> =>
  see({ kind: 'script', language: 'javascript', path: 'main.js' }, code, more);
const command = (bytes: string | Buffer, more?: More): Promise<Seen> =>
  see({ kind: 'module', path: 'add.wasm', invoke: null }, bytes, more);
const call = (bytes: string | Buffer, invoke: Invocation): Promise<Seen> =>
  see({ kind: 'module', path: 'add.wasm', invoke }, bytes);

test('the engine says what it is', async () => {
  expect(await engine.availability()).toEqual({
    outcome: 'available',
    driver: 'wasmer 0.16.0',
    isolation: 'wasm+namespaces+seccomp',
    languages: ['python', 'javascript'],
    reductions: jail.reductions,
  });
});

describe('a WASI command', () => {
  test('takes arguments, or stdin, and ends with its code', async () => {
    const byArgument = await command(programs.add, { args: ['1+2'] });
    expect(byArgument).toMatchObject({ stdout: '3\n', stderr: '' });
    expect(byArgument.result).toMatchObject({ status: 'SUCCEEDED', exitCode: 0, signal: null, message: null });
    expect(await command(programs.add, { stdin: '1+2\n' })).toMatchObject({ stdout: '3\n' });
    expect(await command(programs.add, { stdin: '1+2' })).toMatchObject({ stdout: '3\n' });
    expect(await command(programs.add, { args: ['nothing'] })).toMatchObject({
      stderr: 'usage: A+B\n',
      result: { status: 'FAILED', exitCode: 2 },
    });
  });

  test('reads the files of its job, and the ones it leaves come back', async () => {
    const { stdout, result } = await command(programs.files, {
      args: ['-/workspace/deep/in.txt', '+/workspace/deep/out.txt', '+/workspace/other'],
      files: [{ path: 'deep/in.txt', bytes: Buffer.from('given') }],
      collect: ['deep/*.txt'],
    });
    expect(stdout).toBe('/workspace/deep/in.txt given\n/workspace/deep/out.txt written\n/workspace/other written\n');
    expect(result.files.map(({ path, bytes }) => [path, String(bytes)])).toEqual([
      ['deep/in.txt', 'given'],
      ['deep/out.txt', 'written'],
    ]);
  });

  test('that is no command is told how it may be called', async () => {
    const { stderr, result } = await command('(module (func (export "f")))');
    expect(result).toMatchObject({ status: 'FAILED', exitCode: 1 });
    expect(stderr).toContain('exports no _start; call one of its functions with "invoke"');
  });
});

describe('a function that is called', () => {
  const ADD = '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))';
  const WIDE = '(module (func (export "f") (param i64 f64) (result i64 f64) (local.get 0) (local.get 1)))';

  test('answers on stdout, from a command, from a module without imports, and from text', async () => {
    const invoke = { function: 'add', args: [1, 2] };
    expect(await call(programs.add, invoke)).toMatchObject({ stdout: '3\n', result: { status: 'SUCCEEDED' } });
    expect(await call(ADD, invoke)).toMatchObject({ stdout: '3\n' });
  });

  test('takes whole numbers of 64 bits as text, and returns them so', async () => {
    const args = ['-9223372036854775807', 0.5];
    expect(await call(WIDE, { function: 'f', args })).toMatchObject({ stdout: '-9223372036854775807 0.5\n' });
    expect(await call(WIDE, { function: 'f', args: [7, 'NaN'] })).toMatchObject({ stdout: '7 NaN\n' });
  });

  test.for<[string, Invocation, string]>([
    ['is not there', { function: 'sub', args: [] }, 'it exports no function sub'],
    ['was given too little', { function: 'add', args: [1] }, 'add takes (i32, i32), and was given 1 arguments'],
    ['was given a fraction', { function: 'add', args: [1, 0.5] }, '0.5 is no i32'],
    ['was given too large a number', { function: 'add', args: [1, 2 ** 32] }, '4294967296 is no i32'],
    ['was given a text', { function: 'add', args: ['', 2] }, '"" is no i32'],
  ])('%s says so', async ([, invoke, sentence]) => {
    const { stderr, result } = await call(ADD, invoke);
    expect(result).toMatchObject({ status: 'FAILED', exitCode: 1 });
    expect(stderr).toBe(`add.wasm: ${sentence}\n`);
  });
});

describe('a script', () => {
  test('in Python has arguments, stdin, variables, files and its working folder', async () => {
    const { stdout, stderr, result } = await python(
      `import os, sys, time
import part
print(sys.argv[1:], sys.stdin.read(), os.environ["GIVEN"], part.name, open("in.txt").read())
begun = time.monotonic()
time.sleep(0.05)
print(time.monotonic() - begun >= 0.05, os.getcwd(), file=sys.stderr)
open("out.txt", "w").write("kept")`,
      {
        args: ['a', 'é'],
        stdin: 'typed',
        env: { GIVEN: 'mine' },
        files: [
          { path: 'part.py', bytes: Buffer.from('name = "part"') },
          { path: 'in.txt', bytes: Buffer.from('inside') },
        ],
        collect: ['out.txt'],
      },
    );
    expect(stdout).toBe("['a', 'é'] typed mine part inside\n");
    expect(stderr).toBe('True /workspace\n');
    expect(result.files.map(({ path, bytes }) => [path, String(bytes)])).toEqual([['out.txt', 'kept']]);
  });

  test('in Python ends with its code, and says what it raised', async () => {
    expect((await python('raise SystemExit(7)')).result).toMatchObject({ status: 'FAILED', exitCode: 7 });
    const { stderr, result } = await python('1 / 0');
    expect(result.exitCode).toBe(1);
    expect(stderr).toContain('ZeroDivisionError');
  });

  test('in JavaScript has arguments, variables, modules, timers and a console', async () => {
    const { stdout, stderr } = await javascript(
      `import { name } from './part.js';
console.log(process.argv.slice(2).join(), process.env.GIVEN, name, { a: 1 });
console.error('problem');
setTimeout(() => console.log('later'), 10);`,
      {
        args: ['x', 'y'],
        env: { GIVEN: 'mine' },
        files: [{ path: 'part.js', bytes: Buffer.from('export const name = "part";') }],
      },
    );
    expect(stdout).toBe('x,y mine part {"a":1}\nlater\n');
    expect(stderr).toBe('problem\n');
  });

  test('in JavaScript ends with its code, or with 1 after an error, at once or later', async () => {
    expect((await javascript('process.exit(3)')).result).toMatchObject({ status: 'FAILED', exitCode: 3 });
    for (const code of ['throw new Error("bad")', 'setTimeout(() => { throw new Error("bad") }, 1)', 'bad(']) {
      const { stderr, result } = await javascript(code);
      expect(result.exitCode).toBe(1);
      expect(stderr).toMatch(/Error: bad|SyntaxError/u);
    }
  });

  test('may have any name', async () => {
    for (const path of ['main.mjs', 'deep/main', 'main.txt']) {
      const program = { kind: 'script', language: 'javascript', path } as const;
      expect(await see(program, 'console.log("ran")', { collect: ['**'] })).toMatchObject({
        stdout: 'ran\n',
        result: { files: [{ path }] },
      });
    }
  });
});

describe('output', () => {
  test('is the bytes that were written, however they are cut', async () => {
    const code = 'import sys\nfor n in range(256): sys.stdout.buffer.write(bytes([n]))\nsys.stdout.buffer.flush()';
    const run = await start(engine, { kind: 'script', language: 'python', path: 'main.py' }, code);
    const bytes: Buffer[] = [];
    for await (const output of run.output) bytes.push(output.bytes);
    expect(Buffer.concat(bytes)).toEqual(Buffer.from(Array.from({ length: 256 }, (_, n) => n)));
  });

  test('comes while the program runs', async () => {
    const run = await start(
      engine,
      { kind: 'script', language: 'python', path: 'main.py' },
      'import time\nprint("now", end="")\ntime.sleep(60)',
    );
    let text = '';
    for await (const { bytes } of run.output) {
      // It may come in pieces.
      text += String(bytes);
      if (text === 'now') run.cancel();
    }
    expect(text).toBe('now');
    expect((await run.result).status).toBe('CANCELLED');
  });

  test('waits for its reader, and none of it is lost', async () => {
    const program = { kind: 'script', language: 'python', path: 'main.py' } as const;
    const code = 'import sys\nfor n in range(4000): print("y" * 999)\nprint("end", file=sys.stderr)';
    const run = await start(engine, program, code, { limits: { outputBytes: 8 * MIB } });
    let largest = 0;
    let total = 0;
    for await (const { bytes } of run.output) {
      largest = Math.max(largest, bytes.length);
      total += bytes.length;
      await new Promise((done) => setImmediate(done));
    }
    expect(largest).toBeLessThan(MIB);
    expect(total).toBe(4_000_004);
    expect(await run.result).toMatchObject({ status: 'SUCCEEDED', totals: { stdout: 4_000_000, stderr: 4 } });
  });
});

describe('hosts', () => {
  test('that are killed are followed by others', async () => {
    const killed = await see(
      { kind: 'module', path: 'a.wat', invoke: { function: 'f', args: [] } },
      '(module (func (export "f") (loop $l br $l)))',
      { limits: { wallMs: 500 } },
    );
    expect(killed.result.status).toBe('TIMED_OUT');
    expect((await command(programs.add, { args: ['1+2'] })).stdout).toBe('3\n');
  });

  test('serve jobs side by side', async () => {
    const all = await Promise.all(['1+2', '3+4', '5+6'].map((sum) => command(programs.add, { args: [sum] })));
    expect(all.map(({ stdout }) => stdout)).toEqual(['3\n', '7\n', '11\n']);
  });

  test('are made for a job that may have more than the waiting ones', async () => {
    const { stdout } = await python('print(len(bytearray(1100 << 20)) >> 20)', { limits: { memoryBytes: 1536 * MIB } });
    expect(stdout).toBe('1100\n');
  });
});

test('a job that is cancelled twice, or after its end, is what it was', async () => {
  const run = await start(engine, { kind: 'script', language: 'javascript', path: 'a.js' }, 'for (;;);');
  run.cancel();
  run.cancel();
  expect(await run.result).toMatchObject({ status: 'CANCELLED', exitCode: null });
  const over = await start(engine, { kind: 'script', language: 'javascript', path: 'a.js' }, 'console.log(1)');
  expect((await seenOf(over)).stdout).toBe('1\n');
  over.cancel();
  expect((await javascript('console.log(2)')).stdout).toBe('2\n');
});

test('without a jail the engine refuses, with reason and mend', async () => {
  const refusal = { outcome: 'unavailable', reason: 'There is none.', mend: 'Get one.' } as const;
  const none = createWasmEngine(async () => refusal);
  expect(await none.availability()).toEqual(refusal);
  const program = { kind: 'script', language: 'python', path: 'main.py' } as const;
  await expect(start(none, program, '')).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: 'There is none. Get one.',
  });
  await none.stop();
});

test('an engine that is stopped ends what runs, and takes nothing more', async () => {
  const opening = { outcome: 'open', jail } as const;
  const other = createWasmEngine(async () => opening);
  const program = { kind: 'script', language: 'javascript', path: 'main.js' } as const;
  const run = await start(other, program, 'for (;;);');
  await other.stop();
  expect((await run.result).status).toBe('CANCELLED');
  await expect(start(other, program, '')).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
});

describe('on a host that lets it use no control group', () => {
  test('limits are held by looking', async () => {
    const opening = await openJail({ watch: true });
    if (opening.outcome === 'unavailable') throw new Error(opening.reason);
    const watched = createWasmEngine(async () => opening);
    const program = { kind: 'script', language: 'javascript', path: 'main.js' } as const;
    const endless = await start(watched, program, 'for (;;);', { limits: { cpuMs: 300 } });
    expect((await endless.result).status).toBe('CPU_EXCEEDED');
    const greedy = await start(watched, program, 'const a = []; for (;;) a.push(new Uint8Array(1 << 20).fill(1));', {
      limits: { memoryBytes: 64 * MIB },
    });
    expect((await greedy.result).status).toBe('MEMORY_EXCEEDED');
    await watched.stop();
    await opening.jail.close();
  });
});
