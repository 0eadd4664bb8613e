import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figuresOf, first, longestGap, noRounds, perSecond, STREAMS, type Rounds } from './figures.ts';
import { startLibrarySide } from './library-side.ts';
import { startLlamaServer } from './llama-server.ts';
import { benchModels, digits, type BenchModel } from './models.ts';
import { startProduct } from './product.ts';
import type { Side } from './questions.ts';
import { startWorkerSide } from './worker.ts';

const ROUNDS = 3;
/** A stream of so many tokens runs, and when it has shown some pieces a prompt of so many tokens comes. */
const RUNNING_TOKENS = 256;
const AFTER_PIECES = 8;
const LONG_PROMPT = 1_000;

const measureStreams = async (
  side: Side,
  { question }: BenchModel,
  next: () => number,
  into: Rounds,
): Promise<void> => {
  for (const streams of STREAMS) {
    const answers = await side.ask(Array.from({ length: streams }, () => question(next())));
    into.perSecond[streams].push(perSecond(answers));
    const [only] = answers;
    if (only && streams === 1) into.firstMs.push(first(only));
  }
};

const measureGap = async (side: Side, { question }: BenchModel, next: () => number, into: Rounds): Promise<void> => {
  const [running, late] = await side.ask([
    { ...question(next()), maxTokens: RUNNING_TOKENS },
    { text: digits(next(), LONG_PROMPT), maxTokens: 8, after: AFTER_PIECES },
  ]);
  if (!running || !late) throw new Error(`${side.name} left out an answer`);
  into.gapMs.push(longestGap(running, late));
  into.longFirstMs.push(first(late));
};

const stopAll = (sides: readonly Side[]): Promise<unknown> => Promise.all(sides.map((side) => side.stop()));

const startSides = async (model: BenchModel): Promise<readonly Side[]> => {
  const { LLAMA_SERVER: program } = process.env;
  const sides: Side[] = [];
  try {
    sides.push(await startWorkerSide(model));
    sides.push(await startLibrarySide(model));
    sides.push(await startProduct(model));
    if (program) sides.push(await startLlamaServer(program, model));
    return sides;
  } catch (error) {
    await stopAll(sides);
    throw error;
  }
};

const benchModel = async (model: BenchModel, say: (line: string) => void): Promise<ReturnType<typeof figuresOf>> => {
  const sides = await startSides(model);
  const rounds = new Map(sides.map(({ name }): [Side['name'], Rounds] => [name, noRounds()]));
  let asked = 0;
  const next = (): number => (asked += 1);
  try {
    // The first round fills caches and pools.
    for (let round = 0; round <= ROUNDS; round += 1) {
      say(`${model.name}: ${round === 0 ? 'warm-up' : `round ${round} of ${ROUNDS}`}`);
      // Another one begins each time.
      for (const at of sides.keys()) {
        const side = sides[(at + round) % sides.length];
        const into = side && round > 0 ? rounds.get(side.name) : noRounds();
        if (!side || !into) continue;
        await measureStreams(side, model, next, into);
        if (model.endless) await measureGap(side, model, next, into);
      }
    }
  } finally {
    await stopAll(sides);
  }
  return figuresOf(rounds);
};

/**
 * Measures our worker alone and the whole product against plain node-llama-cpp and, where the variable LLAMA_SERVER is
 * the path of one, llama-server: the same files, eight slots, one thread, temperature 0.
 */
export const benchInference = async (
  say: (line: string) => void,
): Promise<Readonly<Record<string, ReturnType<typeof figuresOf>>>> => {
  const folder = await mkdtemp(join(tmpdir(), 'devstudio-bench-'));
  try {
    const figures: Record<string, ReturnType<typeof figuresOf>> = {};
    for (const model of await benchModels(folder)) {
      figures[model.name] = await benchModel(model, say);
      say(JSON.stringify(figures[model.name]));
    }
    return figures;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
