import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createLog } from '#mesh/log.ts';
import type { Engine } from '#subgraphs/sandbox/engines/engine.ts';
import { createMicroEngine } from '#subgraphs/sandbox/engines/micro/micro.ts';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { createWasmEngine } from '#subgraphs/sandbox/engines/wasm/engine.ts';
import { findInUsr } from '#subgraphs/sandbox/jail/host.ts';
import { openJail, type JailOpening } from '#subgraphs/sandbox/jail/jail.ts';
import { machineFolder, whyNoMachines } from '#tests/harness/machines.ts';
import { median } from '../statistics.ts';
import { adding, bare, JAVASCRIPT, NODE, onEngine, PYTHON } from './programs.ts';
import { benchQueue, type QueueFigures } from './queue.ts';

const ROUNDS = 21;
const MACHINE_ROUNDS = 7;
/** The pool begins to prepare the next machine half a second after a job, and has it ready in about two. */
const REFILL_MS = 6_000;

interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export interface SandboxBench {
  readonly load: { readonly before: number; readonly after: number };
  /** Milliseconds from the order to the result. */
  readonly ms: Readonly<Record<string, Spread>>;
  /** Of the bare spawn beside it: of each round by itself. */
  readonly times: Readonly<Record<string, Spread>>;
  readonly queue: QueueFigures;
  /** Why there are no figures of virtual machines; null where there are. */
  readonly withoutMachines: string | null;
}

const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

type Measured = Readonly<Record<string, () => Promise<number>>>;
type Rounds = Readonly<Record<string, readonly number[]>>;

/** Measures all of them in each round, beginning with another each time. */
const alternate = async (measured: Measured, rounds: number): Promise<Rounds> => {
  const all = Object.entries(measured);
  const found = new Map(all.map(([name]): [string, number[]] => [name, []]));
  // The first two fill caches, and start what is to be warm.
  for (let round = -2; round < rounds; round++) {
    const turn = (round + 2) % all.length;
    for (const [name, measure] of [...all.slice(turn), ...all.slice(0, turn)]) {
      const ms = await measure();
      if (round >= 0) found.get(name)?.push(ms);
    }
  }
  return Object.fromEntries(found);
};

const quotients = (rounds: Rounds, of: string, by: string): Spread =>
  spread((rounds[of] ?? []).map((ms, round) => ms / (rounds[by]?.[round] ?? Number.NaN)));

const measureMachines = async (opening: JailOpening): Promise<Rounds> => {
  const log = createLog('bench', 'silent');
  const options = { openJail: async () => opening, folder: await machineFolder(), log };
  const found: Record<string, readonly number[]> = {};
  for (const [name, warm] of [
    ['micro:python, from the pool', 1],
    ['micro:python, restored', 0],
  ] as const) {
    const engine = createMicroEngine({ ...options, warm });
    try {
      await engine.availability();
      const measure = async (): Promise<number> => {
        if (warm > 0) await pause(REFILL_MS);
        return onEngine(engine, PYTHON);
      };
      Object.assign(found, await alternate({ [name]: measure }, MACHINE_ROUNDS));
    } finally {
      await engine.stop();
    }
  }
  return found;
};

const measureProcesses = async (run: Engine, wasm: Engine): Promise<Rounds> => {
  const folder = await mkdtemp(join(tmpdir(), 'devstudio-bench-'));
  const add = adding(await readFile(join(import.meta.dirname, '../../harness/wasm/add.wasm')));
  // The one that the engine finds.
  const python = findInUsr('python3');
  if (python === null) throw new Error('There is no Python on this host.');
  try {
    for (const { path, bytes } of [PYTHON, NODE]) await writeFile(join(folder, path), bytes);
    const beside = await alternate(
      {
        'bare python': () => bare(python, folder, PYTHON),
        'run:python': () => onEngine(run, PYTHON),
        'bare node': () => bare(process.execPath, folder, NODE),
        'run:node': () => onEngine(run, NODE),
      },
      ROUNDS,
    );
    // One kind after the other: few of their processes wait, and one of a kind that came in between is no longer warm.
    return {
      ...beside,
      ...(await alternate({ 'wasm, add': () => onEngine(wasm, add) }, ROUNDS)),
      ...(await alternate({ 'wasm:python': () => onEngine(wasm, PYTHON) }, ROUNDS)),
      ...(await alternate({ 'wasm:javascript': () => onEngine(wasm, JAVASCRIPT) }, ROUNDS)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const load = (): number => loadavg()[0] ?? Number.NaN;

/** Measures what engines take beside the bare spawn of the same program on this host. @throws Error where there is no jail */
export const benchSandbox = async (say: (line: string) => void): Promise<SandboxBench> => {
  const before = load();
  const withoutMachines = whyNoMachines();
  const opening = await openJail();
  if (opening.outcome === 'unavailable') throw new Error(`${opening.reason} ${opening.mend}`);
  const open = async () => opening;
  const run = createRunEngine(open);
  const wasm = createWasmEngine(open);
  try {
    say('programs');
    const rounds = await measureProcesses(run, wasm);
    say('virtual machines');
    const machines = withoutMachines === null ? await measureMachines(opening) : {};
    say('fifty at once');
    const queue = await benchQueue();
    return {
      load: { before, after: load() },
      ms: Object.fromEntries(Object.entries({ ...rounds, ...machines }).map(([name, ms]) => [name, spread(ms)])),
      times: {
        'run:python': quotients(rounds, 'run:python', 'bare python'),
        'run:node': quotients(rounds, 'run:node', 'bare node'),
      },
      queue,
      withoutMachines,
    };
  } finally {
    await Promise.all([run.stop(), wasm.stop()]);
    await opening.jail.close();
  }
};
