import { setTimeout } from 'node:timers/promises';
import { loadEmbedder, type Embedder } from './embedder.ts';
import { loadEngine, type Engine } from './engine.ts';
import { worked } from './meter.ts';
import { createPace, type Pace } from './pace.ts';
import { loadRanker } from './ranker.ts';
import type { Command, GenerateOptions, LoadOptions, Report } from './protocol.ts';

/** The program of a worker process: one model, as many conversations at once as it was loaded for, or one text. */

const LOAD_INTERVAL_MS = 2_000;
const LOG_DELAY_MS = 50;

const running = new Map<number, { readonly pace: Pace; readonly controller: AbortController }>();
let engine: Engine | undefined;
let embedder: Embedder | undefined;

const report = (message: Report): void => void process.send?.(message);
const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** llama.cpp names the function first, and says again that something went wrong. */
const clean = (line: string): string => line.replace(/^\w+: (error loading model: )?/, '');

/** Says every few seconds what this process takes. */
const reportLoad = (): void => {
  let last = { at: performance.now(), cpu: process.cpuUsage() };
  setInterval(() => {
    const at = performance.now();
    const cpu = process.cpuUsage();
    const microseconds = cpu.user - last.cpu.user + cpu.system - last.cpu.system;
    const cpuPercent = microseconds / 10 / (at - last.at);
    last = { at, cpu };
    report({ type: 'load', memoryBytes: process.memoryUsage.rss(), cpuPercent, worked: worked() });
  }, LOAD_INTERVAL_MS).unref();
};

const load = async (options: LoadOptions): Promise<void> => {
  const complaints: string[] = [];
  const complain = (line: string): void => void complaints.push(line);
  try {
    if (options.kind === 'CHAT') engine = await loadEngine(options, complain);
    else embedder = await (options.kind === 'EMBEDDING' ? loadEmbedder : loadRanker)(options, complain);
    const { contextSize } = engine ?? embedder ?? options;
    report({ type: 'loaded', contextSize, memoryBytes: process.memoryUsage.rss() });
    reportLoad();
  } catch (error) {
    // What llama.cpp says comes by another thread, a moment after the exception.
    await setTimeout(LOG_DELAY_MS);
    report({ type: 'not loaded', reason: (complaints[0] ? clean(complaints[0]) : reasonOf(error)).replace(/\.$/, '') });
  }
};

const reply = async (id: number, answer: () => Report | Promise<Report>): Promise<void> => {
  try {
    report(await answer());
  } catch (error) {
    // The template of the file may refuse a conversation, which is none of the others' business.
    report({ type: 'failed', id, reason: reasonOf(error) });
  }
};

const generate = async (loaded: Engine, id: number, options: GenerateOptions): Promise<void> => {
  const controller = new AbortController();
  const pace = createPace((batch) => report({ type: 'batch', id, ...batch }));
  running.set(id, { pace, controller });
  try {
    const ending = await loaded.generate(options, pace, controller.signal);
    report({ type: 'ended', id, ...ending, ...pace.end() });
  } catch (error) {
    const rest = pace.end();
    if (controller.signal.aborted) report({ type: 'ended', id, reason: 'aborted', cachedTokens: 0, ...rest });
    else report({ type: 'failed', id, reason: reasonOf(error) });
  } finally {
    running.delete(id);
  }
};

const given = <T>(model: T | undefined): T => {
  if (!model) throw new Error('a command came before the model was loaded, or is for one of the other kind');
  return model;
};
const loaded = (): Engine => given(engine);

const obey = async (command: Command): Promise<void> => {
  switch (command.type) {
    case 'load':
      return load(command);
    case 'count':
      return reply(command.id, () => ({
        type: 'counted',
        id: command.id,
        promptTokens: loaded().count(command.prompt),
      }));
    case 'tokenize':
      return reply(command.id, () => ({ type: 'tokenized', id: command.id, tokens: loaded().tokenize(command.text) }));
    case 'measure':
      return reply(command.id, () => ({
        type: 'measured',
        id: command.id,
        ...given(embedder).measure(command.texts, command.query),
      }));
    case 'embed':
      return reply(command.id, async () => ({
        type: 'embedded',
        id: command.id,
        vector: await given(embedder).embed(command.text, command.query),
      }));
    case 'generate':
      return generate(loaded(), command.id, command);
    case 'acknowledge':
      return running.get(command.id)?.pace.acknowledge(command.completionTokens);
    case 'abort': {
      const generation = running.get(command.id);
      generation?.controller.abort();
      // One that waits for its reader goes on, and sees that it was aborted.
      generation?.pace.end();
    }
  }
};

// Only the service has the other end of this channel. What escapes `obey` ends this process, which the service sees.
process.on('message', (command: Command) => void obey(command));
// The service is gone, by `kill -9` perhaps. Nothing may hold this process back then, no native thread that decodes either.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C goes to every process of the terminal. The service ends this one once its chats are settled.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
