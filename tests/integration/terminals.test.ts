import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import type { Engine } from '#subgraphs/sandbox/engines/engine.ts';
import { createCatalogue } from '#subgraphs/sandbox/executions/catalogue.ts';
import { openJail, type Jail } from '#subgraphs/sandbox/jail/jail.ts';
import type { Shown, Terminal } from '#subgraphs/sandbox/terminals/terminal.ts';
import { createTerminals, type OpenTerminal, type Terminals } from '#subgraphs/sandbox/terminals/terminals.ts';
import { someone } from '#tests/harness/caller.ts';

const IDLE_MS = 900_000;
const KIB = 1024;
const SIZE = { columns: 80, rows: 24 };

let jail: Jail;
let engine: Engine;
let terminals: Terminals;
let now = 0;
/** Credentials that may run code no more. */
const ended = new Set<string>();

beforeAll(async () => {
  const opening = await openJail();
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  ({ jail } = opening);
  engine = createRunEngine(async () => opening);
});
afterAll(async () => {
  await terminals.stop();
  await engine.stop();
  await jail.close();
});
beforeEach(async () => {
  await terminals?.stop();
  now = 0;
  terminals = createTerminals({
    catalogue: createCatalogue({ all: new Map([['run', engine]]) }),
    projects: {
      readable: () => Promise.reject(new Error('no project is named')),
      standing: async () => ({ id: randomUUID(), name: 'default', ownerId: randomUUID(), createdAt: '' }),
    },
    files: {
      snapshot: async (projectId) => [
        {
          file: { projectId, path: 'notes/a.txt', size: 5, version: '', updatedAt: '' },
          bytes: Buffer.from('kept\n'),
        },
      ],
    },
    mayRun: async (ids) => new Set(ids.filter((id) => !ended.has(id))),
    idleMs: IDLE_MS,
    now: () => now,
    log: createLog('test', 'silent'),
  });
});

const open = (caller = someone(), engineName = 'run:bash'): Promise<OpenTerminal> =>
  terminals.open(caller, { engine: engineName, projectId: null, size: SIZE });

/** Types, one message after the other. */
const typist = (terminal: Terminal): ((text: string) => void) => {
  const writer = randomUUID();
  let sequence = 0;
  return (text) => void terminal.type(writer, ++sequence, Buffer.from(text));
};

/** Reads as a client does, reading after reading, until it has seen a text or the end. */
const reader = (terminal: Terminal, from = 0) => {
  let at = from;
  let text = '';
  let last: Shown | undefined;
  return {
    until: async (wanted: string | null): Promise<string> => {
      const isThere = (): boolean => wanted !== null && text.includes(wanted);
      while (!isThere()) {
        for await (const shown of terminal.read(at, AbortSignal.timeout(30_000))) {
          expect(shown.offset).toBe(at + shown.lost);
          at = shown.offset + shown.bytes.length;
          text += shown.bytes.toString('latin1');
          last = shown;
          if (shown.ending !== null || isThere()) break;
        }
        if (last?.ending) return text;
      }
      return text;
    },
    get at() {
      return at;
    },
    get ending() {
      return last?.ending;
    },
  };
};

/** Whether a program with this argument runs on the host, in a jail or not. */
const runs = (argument: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument);
    } catch {
      // It has ended since it was listed.
      return false;
    }
  });

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};
const codeOfAsync = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: { readonly code?: string }) => error.code,
  );

test('a terminal begins in the files of the project', async () => {
  const { terminal, facts } = await open();
  expect(facts).toMatchObject({ engine: 'run:bash', isolation: 'namespaces+seccomp' });
  const type = typist(terminal);
  const { until } = reader(terminal);
  await until('~ $ ');
  type('cat notes/a.txt; pwd\n');
  expect(await until('/workspace')).toContain('kept');
});

test('a reader that comes again in the middle of a flood misses no byte and gets none twice', async () => {
  const { terminal } = await open();
  const type = typist(terminal);
  const first = reader(terminal);
  await first.until('$ ');
  type('stty -opost -echo; seq 200000; exit 3\n');
  // Cut off after each piece, at another place each time.
  let text = '';
  let at = first.at;
  let ending: Shown['ending'] = null;
  for (let round = 0; ending === null; round++) {
    const controller = new AbortController();
    let pieces = 0;
    for await (const shown of terminal.read(at, controller.signal)) {
      expect(shown).toMatchObject({ offset: at, lost: 0 });
      // The last piece of a broken connection was sent, and never arrived.
      if (pieces++ === round % 7 && shown.ending === null) break;
      at += shown.bytes.length;
      text += shown.bytes.toString('latin1');
      ({ ending } = shown);
    }
  }
  expect(ending).toMatchObject({ why: 'EXITED', exitCode: 3 });
  const numbers = Array.from({ length: 200_000 }, (_, index) => `${index + 1}\n`).join('');
  expect(text.slice(text.indexOf('\n1\n') + 1)).toContain(numbers);
});

test('a program waits for its reader, and a reader that is left behind is told what it has lost', async () => {
  const { terminal } = await open();
  const type = typist(terminal);
  const first = reader(terminal);
  await first.until('$ ');
  type('seq 100000000\n');
  await first.until('60000\r\n');
  const late = terminal.read(0, AbortSignal.timeout(30_000));
  const { value: behind } = await late.next();
  expect(behind?.lost).toBeGreaterThan(0);
  expect(behind).toMatchObject({ offset: behind?.lost, ending: null });
  await late.return();

  const reading = terminal.read(first.at, AbortSignal.timeout(30_000));
  await reading.next();
  await reading.return();
  const shown = async (): Promise<number> => {
    const nowhere = terminal.read(Number.MAX_SAFE_INTEGER, AbortSignal.timeout(30_000)).next();
    return Number(/\d+/.exec(await nowhere.then(() => '', String))?.[0]);
  };
  await expect.poll(shown).toBe(first.at + 256 * KIB);
  // What was on its way is still there.
  const again = await terminal.read(first.at, AbortSignal.timeout(30_000)).next();
  expect(again.value).toMatchObject({ offset: first.at, lost: 0 });
  expect(await shown()).toBe(first.at + 256 * KIB);
});

test('what is typed twice is taken once, and more than the program takes is refused', async () => {
  const { terminal } = await open();
  const { until } = reader(terminal);
  await until('$ ');
  expect(terminal.type('tab', 1, Buffer.from('echo "o"nce; '))).toBe(1);
  expect(codeOf(() => terminal.type('tab', 3, Buffer.from('x')))).toBe('BAD_USER_INPUT');
  expect(terminal.type('tab', 1, Buffer.from('echo "o"nce; '))).toBe(1);
  expect(terminal.type('other tab', 1, Buffer.from('stty raw -echo; echo "do"ne; sleep 600\n'))).toBe(1);
  expect((await until('done')).match(/once/g)).toHaveLength(1);
  let refused: unknown = null;
  for (let sequence = 2; refused === null && sequence < 100; sequence++) {
    const answer = codeOf(() => terminal.type('tab', sequence, Buffer.alloc(16 * KIB, 'x')));
    if (answer === 'RATE_LIMITED') refused = answer;
  }
  expect(refused).toBe('RATE_LIMITED');
});

test('Ctrl-C ends the program in the foreground, and closing ends the others', async () => {
  const caller = someone();
  const { terminal, facts } = await open(caller);
  const type = typist(terminal);
  const { until } = reader(terminal);
  await until('$ ');
  type('sleep 98761\n');
  await expect.poll(() => runs('98761')).toBe(true);
  type('\u0003');
  await expect.poll(() => runs('98761')).toBe(false);
  type('(setsid sleep 98762 &) ; nohup sleep 98763 &\n');
  await expect.poll(() => runs('98762') && runs('98763')).toBe(true);
  expect(await terminals.close(someone(), facts.id)).toBe(false);
  expect(await terminals.close(caller, facts.id)).toBe(true);
  expect(runs('98762') || runs('98763')).toBe(false);
  expect(terminal.ending).toMatchObject({ why: 'CLOSED', exitCode: null });
  expect(await terminals.close(caller, facts.id)).toBe(true);
  expect(terminals.listOf(caller)).toEqual([]);
  expect(await terminals.close(caller, facts.id)).toBe(false);
});

test('a terminal that nobody reads or types into ends, and one that somebody reads does not', async () => {
  const caller = someone();
  const read = await open(caller);
  const typed = await open(caller);
  const left = await open(caller);
  const reading = read.terminal.read(0, AbortSignal.timeout(30_000));
  await reading.next();
  now = IDLE_MS - 1;
  typist(typed.terminal)('#\n');
  await terminals.sweep();
  expect(left.terminal.ending).toBeNull();
  now = IDLE_MS;
  await terminals.sweep();
  expect(left.terminal.ending).toMatchObject({ why: 'IDLE' });
  expect([read, typed].map(({ terminal }) => terminal.ending)).toEqual([null, null]);
  await reading.return();
  now = 2 * IDLE_MS - 1;
  await terminals.sweep();
  expect(typed.terminal.ending).toMatchObject({ why: 'IDLE' });
  expect(read.terminal.ending).toBeNull();
  // By now the first is forgotten.
  expect(terminals.listOf(caller)).toEqual([read, typed]);
});

test('a terminal ends with the session that opened it', async () => {
  const caller = someone();
  const { terminal } = await open(caller);
  const other = await open();
  const reading = reader(terminal);
  await reading.until('$ ');
  ended.add(caller.credential.id);
  await terminals.sweep();
  await reading.until(null);
  expect(reading.ending).toMatchObject({ why: 'SESSION_ENDED' });
  expect(other.terminal.ending).toBeNull();
  expect(codeOf(() => terminals.find(caller, other.facts.id))).toBe('NOT_FOUND');
});

test('a user has four and all have sixteen at the same time, however fast they are opened', async () => {
  const callers = [someone(), someone(), someone(), someone(), someone()];
  const codes = await Promise.all(
    callers.flatMap((caller) => Array.from({ length: 5 }, () => codeOfAsync(open(caller)))),
  );
  expect(codes.filter((code) => code === 'done')).toHaveLength(16);
  expect(codes.filter((code) => code === 'LIMIT_REACHED')).toHaveLength(4);
  expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(5);
  const [own] = terminals.listOf(callers[0] ?? someone());
  await terminals.close(callers[0] ?? someone(), own?.facts.id ?? '');
  expect(await codeOfAsync(open(callers[4]))).toBe('done');
});

test('what cannot be a terminal is refused', async () => {
  expect(await codeOfAsync(open(someone(), 'run:ruby'))).toBe('BAD_USER_INPUT');
  expect(await codeOfAsync(open(someone(), 'wasm'))).toBe('ENGINE_UNAVAILABLE');
  await terminals.stop();
  expect(await codeOfAsync(open())).toBe('SERVICE_UNAVAILABLE');
});
