import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Job, Result, Run } from '#subgraphs/sandbox/engines/engine.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';

const MIB = 1024 ** 2;
let jail: Jail;
let engine: Engine;

beforeAll(async () => {
  const opening = await openJail();
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  jail = opening.jail;
  engine = createRunEngine(async () => opening);
});

afterAll(async () => {
  await engine.stop();
  await jail.close();
});

const shell = (language: 'bash' | 'python' | 'node'): Job => ({
  id: randomUUID(),
  program: { kind: 'shell', language },
  args: [],
  stdin: new Uint8Array(),
  env: { PS1: '$ ' },
  files: [],
  limits: {
    wallMs: 50_000,
    cpuMs: 30_000,
    memoryBytes: 256 * MIB,
    processes: 64,
    outputBytes: Number.MAX_SAFE_INTEGER,
    diskBytes: 16 * MIB,
  },
  collect: [],
  terminal: { columns: 80, rows: 24 },
});

/** A terminal whose screen is read as it is needed. `until` answers what was shown up to and with a text, `end` the result. */
const open = async (language: 'bash' | 'python' | 'node' = 'bash') => {
  const run: Run = await engine.start(shell(language));
  const output = run.output[Symbol.asyncIterator]();
  let shown = '';
  const end = async (): Promise<Result> => {
    while ((await output.next()).done !== true);
    return run.result;
  };
  return {
    run,
    type: (text: string) => run.write(Buffer.from(text)),
    until: async (text: string): Promise<string> => {
      while (!shown.includes(text)) {
        const { done, value } = await output.next();
        if (done === true) throw new Error(`the terminal ended before ${text}: ${shown.slice(-200)}`);
        shown += value.bytes.toString('latin1');
      }
      const end = shown.indexOf(text) + text.length;
      const before = shown.slice(0, end);
      shown = shown.slice(end);
      return before;
    },
    end,
    /** Ends it from outside. Nobody but its reader can say that the rest is not needed. */
    close: (): Promise<Result> => {
      run.cancel();
      return end();
    },
  };
};

test.for([
  ['bash', '$ ', 'echo $((6 * 7))\n', 'exit 3\n'],
  ['python', '>>> ', 'print(6 * 7)\n', 'exit(3)\n'],
  ['node', '> ', '6 * 7\n', 'process.exit(3)\n'],
] as const)('%s is a shell in a terminal and ends with its own code', async ([language, prompt, sum, exit]) => {
  const { type, until, end } = await open(language);
  await until(prompt);
  await type(sum);
  await until('42');
  await type(exit);
  expect(await end()).toMatchObject({ status: 'FAILED', exitCode: 3 });
});

test('Ctrl-D at the prompt ends a shell', async () => {
  const { type, until, end } = await open();
  await until('$ ');
  await type('\u0004');
  expect(await end()).toMatchObject({ status: 'SUCCEEDED', exitCode: 0 });
});

test('a new size is a signal to the program in the foreground', async () => {
  const { run, type, until, close } = await open();
  await until('$ ');
  await type('sh -c \'trap "stty size" WINCH; echo be"gun"; while :; do sleep 0.01; done\'\n');
  await until('begun');
  await run.resize({ columns: 132, rows: 50 });
  expect(await until('50 132')).not.toContain('24 80');
  await close();
});

test('what is typed is echoed unless the program turns that off', async () => {
  const { type, until, close } = await open();
  await until('$ ');
  await type('stty -echo; echo re"ady"; read secret; stty echo; echo "got ${#secret}"\n');
  await until('ready');
  await type('hidden\n');
  expect(await until('got 6')).not.toContain('hidden');
  await type('shown');
  await until('shown');
  await close();
});

test('a program that floods is interrupted although nobody reads', async () => {
  const { type, until, close } = await open();
  await until('$ ');
  await type('yes\n');
  await until('y\r\ny\r\n');
  await type('\u0003');
  await until('$ ');
  await type('echo "code" $?\n');
  // 128 and the number of SIGINT.
  expect(await until('code 130')).not.toContain('y\r\n');
  await close();
});

test('bytes come as they were written', async () => {
  const { type, until, close } = await open();
  await until('$ ');
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7) % 256));
  const code = `python3 -c 'import sys, tty; tty.setraw(1); sys.stdout.buffer.write(b"<" + bytes(i * 7 % 256 for i in range(4096)) + b">END")'\n`;
  await type(code);
  await until("'\r\n");
  const shown = Buffer.from(await until('>END'), 'latin1').subarray(0, -4);
  const hash = (of: Buffer): string => createHash('sha256').update(of).digest('hex');
  expect(hash(shown.subarray(shown.indexOf('<') + 1))).toBe(hash(bytes));
  await close();
});

test('a program that closes its terminal for a while is shown again afterwards', async () => {
  const { type, until, end } = await open();
  await until('$ ');
  await type('exec < /dev/null > /dev/null 2>&1; (echo "sh"own > /dev/tty); exit 4\n');
  await until('shown');
  expect(await end()).toMatchObject({ exitCode: 4 });
});

test('killing all there is leaves a terminal that works', async () => {
  const { type, until, end } = await open();
  await until('$ ');
  await type('sleep 60 & kill -9 -1; echo "al"ive\n');
  await until('alive');
  await type('exit 6\n');
  expect(await end()).toMatchObject({ exitCode: 6 });
});

test('what goes on in the background ends with the shell', async () => {
  const { type, until, end } = await open();
  await until('$ ');
  await type('set +m; (trap "" HUP; exec yes) & (trap "" HUP; while :; do echo tick; sleep 0.02; done) &\n');
  await until('tick');
  await type('exit 7\n');
  expect(await end()).toMatchObject({ exitCode: 7 });
});

test('a program that takes nothing of what is typed can be resized and ended all the same', async () => {
  const { run, type, until, close } = await open();
  await until('$ ');
  await type('sh -c \'trap "stty size" WINCH; stty raw -echo; echo re"ady"; while :; do sleep 0.01; done\'\n');
  await until('ready');
  // More than a terminal and the pipe before it keep.
  const typing = run.write(Buffer.alloc(256 * 1024, 'x'));
  await run.resize({ columns: 100, rows: 30 });
  await until('30 100');
  expect(await close()).toMatchObject({ status: 'CANCELLED' });
  await typing;
});

test('every byte that is typed arrives, however slowly the program takes them', async () => {
  const { run, type, until, close } = await open();
  await until('$ ');
  const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256));
  const code = 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read(200000)).hexdigest())';
  await type(`stty raw -echo; echo re"ady"; sleep 0.1; python3 -c '${code}'\n`);
  await until('ready');
  await run.write(bytes);
  await until(createHash('sha256').update(bytes).digest('hex'));
  expect(await close()).toMatchObject({ status: 'CANCELLED' });
});

test('a program cannot type into its terminal what the shell would take after its end', async () => {
  const { type, until, close } = await open();
  await until('$ ');
  for (const request of ['0x5412', '0x541c', '0x100005412']) {
    const call = `ctypes.CDLL(None, use_errno=True).ioctl(0, ctypes.c_ulong(${request}), b"x")`;
    await type(`python3 -c 'import ctypes; print(${call}, ctypes.get_errno())'; clear\n`);
    expect(await until('-1 1\r\n')).not.toContain('\n0 ');
  }
  await close();
});
