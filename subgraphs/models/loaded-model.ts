import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { createAnswers, type Step } from './answers.ts';
import { refuse } from './bounds.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import { openTexts, type Answer, type Leave, type OpenTexts, type WorkerLine } from './open-texts.ts';
import type { CountedPrompt } from './prompt-tally.ts';
import { createSlots } from './slots.ts';
import { watchSilence } from './watchdog.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';
import type { Worked } from './worker/meter.ts';
import type { Command, GenerateOptions, LoadOptions, Prompt, Report } from './worker/protocol.ts';

/** A model whose worker runs. */
export interface LoadedModel {
  readonly name: string;
  readonly contextSize: number;
  /** As it was asked to load. */
  readonly options: LoadOptions;
  /** Resident memory of its worker, as it said last. */
  memoryBytes(): number;
  /** Processor time that its worker took in the last two seconds; 100 is one processor. */
  cpuPercent(): number;
  /** What its worker has worked by its own count, as it said last. */
  worked(): Worked;
  /** Completion tokens that its worker made for whoever had left, and that nobody has taken. */
  discarded(): number;
  /** Conversations that have their place, and that wait for one. */
  load(): { readonly active: number; readonly queued: number };
  /**
   * Waits until there is a place for a conversation of this user, and counts its prompts.
   * @throws StudioError BAD_USER_INPUT when the model does not take the conversation, CONTEXT_LENGTH_EXCEEDED, OVERLOADED,
   *   MODEL_CRASHED; the signal's reason
   */
  open(prompts: readonly Prompt[], user: string, signal: AbortSignal): Promise<OpenConversation>;
  /**
   * Tokens of a prompt.
   * @throws StudioError BAD_USER_INPUT when the model does not take it, MODEL_CRASHED; the signal's reason
   */
  count(prompt: Prompt, signal: AbortSignal): Promise<number>;
  /** The ids of a text's tokens. @throws StudioError MODEL_CRASHED; the signal's reason */
  tokenize(text: string, signal: AbortSignal): Promise<readonly number[]>;
  /** Of a model for embeddings, or with a query of one that ranks: as `openTexts`. */
  openTexts(texts: readonly string[], user: string, signal: AbortSignal, query?: string | null): Promise<OpenTexts>;
  /** Ends the worker; what runs fails with this error. */
  close(reason: StudioError): Promise<void>;
  /** Settles when the worker has ended, with why. */
  readonly ended: Promise<string>;
}

/** A conversation that has its place. */
interface OpenConversation extends Disposable {
  /** Of each prompt its tokens, and the completion tokens that the context has room for, at least 1. */
  readonly prompts: readonly (CountedPrompt & { readonly room: number })[];
  /**
   * Answers one of the prompts; asking for the next step takes the one before it. The last one has a reason. One after
   * the other, as often as is wanted.
   * @throws StudioError MODEL_CRASHED; the signal's reason
   */
  generate(
    prompt: number,
    options: Omit<GenerateOptions, 'user' | 'prompt' | 'again'>,
    signal: AbortSignal,
  ): AsyncGenerator<Step, void, undefined>;
}

export type LoadResult =
  | { readonly outcome: 'loaded'; readonly model: LoadedModel }
  | { readonly outcome: 'not loaded' | 'crashed'; readonly reason: string };

/** Conversations of one user that may wait for a place, for each place. */
const WAITING_PER_PLACE = 16;
/** Requests with texts of one user that may wait; there is one place for them. */
const WAITING_TEXTS = 64;
/** How many times as many may wait as of one user: he leaves half of the line to others. */
const SHARES = 2;
/** The context holds one token more than prompt and answer, or llama.cpp makes room by forgetting the beginning. */
const SPARE_TOKENS = 1;
/** A worker with work that says nothing for so long hangs: it decodes on other threads than it speaks. */
const SILENCE_MS = 60_000;
/** What is shown of the reason why a model does not take a conversation, in characters: its file decides how long it is. */
const SHOWN_REASON = 200;

const crashed = (name: string, reason: string): StudioError =>
  new StudioError('MODEL_CRASHED', `${name} ended before its answer was complete: ${reason}.`);

/** Speaks with a worker that has loaded its model. */
const createModel = (
  name: string,
  options: LoadOptions,
  loaded: Extract<Report, { readonly type: 'loaded' }>,
  worker: WorkerProcess,
  silenceMs: number,
  reports: { handle: (report: Report) => void },
): LoadedModel => {
  const { contextSize } = loaded;
  const ofOneUser = options.kind === 'CHAT' ? options.sequences * WAITING_PER_PLACE : WAITING_TEXTS;
  const slots = createSlots(options.sequences, { all: ofOneUser * SHARES, ofOneUser });
  const open = new Map<number, { readonly mailbox: Mailbox<Answer>; readonly leave: Leave }>();
  let taken = { memoryBytes: loaded.memoryBytes, cpuPercent: 0, worked: { promptTokens: 0, completionTokens: 0 } };
  let lastId = 0;
  let failure: StudioError | undefined;

  const watchdog = watchSilence(
    () => open.size > 0,
    () => worker.kill('its worker hung and was killed'),
    silenceMs,
  );
  reports.handle = (report) => {
    watchdog.heard();
    if (report.type === 'load') taken = report;
    else if ('id' in report) {
      const entry = open.get(report.id);
      entry?.mailbox.put(report);
      if (report.type !== 'batch') {
        open.delete(report.id);
        entry?.leave(report);
      }
    }
  };
  const fail = (error: StudioError): void => {
    failure ??= error;
    slots.close(failure);
    for (const { mailbox, leave } of open.values()) {
      mailbox.fail(failure);
      leave();
    }
    open.clear();
    watchdog.end();
  };
  void worker.ended.then((reason) => fail(crashed(name, reason)));

  const ask: WorkerLine['ask'] = (leave) => {
    if (failure) throw failure;
    const id = ++lastId;
    const mailbox = createMailbox<Answer>();
    open.set(id, { mailbox, leave });
    return { id, mailbox };
  };

  /** Asks what has one answer. */
  const inquire = async (
    argument: string,
    command: (id: number) => Command,
    signal: AbortSignal,
  ): Promise<Exclude<Answer, { readonly type: 'failed' }>> => {
    const { id, mailbox } = ask(() => {});
    worker.send(command(id));
    const answer = await mailbox.take(signal);
    if (answer.type !== 'failed') return answer;
    return refuse(argument, `${name} does not take this: ${answer.reason.slice(0, SHOWN_REASON)}`);
  };

  const count = async (prompt: Prompt, signal: AbortSignal): Promise<number> => {
    const argument = prompt.kind === 'chat' ? 'messages' : 'prompt';
    const answer = await inquire(argument, (id) => ({ type: 'count', id, prompt }), signal);
    if (answer.type !== 'counted') throw new Error(`the worker answered a count with '${answer.type}'`);
    return answer.promptTokens;
  };

  const line: WorkerLine = { name, contextSize, slots, ask, send: (command) => worker.send(command) };
  const answers = createAnswers(line, (id) => open.has(id));

  const roomFor = (promptTokens: number): number => contextSize - SPARE_TOKENS - promptTokens;

  /** Counts a prompt that leaves room for an answer. */
  const fit = async (
    prompt: Prompt,
    signal: AbortSignal,
  ): Promise<{ readonly promptTokens: number; readonly room: number }> => {
    const promptTokens = await count(prompt, signal);
    const room = roomFor(promptTokens);
    if (room >= 1) return { promptTokens, room };
    throw new StudioError(
      'CONTEXT_LENGTH_EXCEEDED',
      `The prompt has ${promptTokens} tokens; ${name} takes ${roomFor(1)} at most.`,
    );
  };

  return {
    name,
    contextSize,
    options,
    memoryBytes: () => taken.memoryBytes,
    cpuPercent: () => taken.cpuPercent,
    worked: () => taken.worked,
    discarded: () => answers.discarded(),
    load: () => slots.load(),
    ended: worker.ended,
    count,
    tokenize: async (text, signal) => {
      const answer = await inquire('text', (id) => ({ type: 'tokenize', id, text }), signal);
      if (answer.type !== 'tokenized') throw new Error(`the worker answered a text with '${answer.type}'`);
      return answer.tokens;
    },
    open: async (prompts, user, signal) => {
      // Before the prompts are counted: whoever has no place costs the worker nothing.
      const leave = await slots.take(user, signal);
      // A place whose generation has begun is free when the worker says so.
      let generating = 0;
      const answered = new Set<number>();
      let over = false;
      const leaveOnce = (): void => {
        if (over && generating === 0) leave();
      };
      const counted: Awaited<ReturnType<typeof fit>>[] = [];
      try {
        for (const prompt of prompts) counted.push(await fit(prompt, signal));
      } catch (error) {
        leave();
        throw error;
      }
      return {
        prompts: counted,
        generate: (index, options, stop) => {
          const prompt = prompts[index];
          if (!prompt) throw new Error(`there is no prompt ${index}`);
          generating += 1;
          const again = answered.has(index);
          answered.add(index);
          const rest = (): void => {
            generating -= 1;
            leaveOnce();
          };
          return answers.generate(rest, { ...options, user, prompt, again }, stop);
        },
        [Symbol.dispose]: () => {
          over = true;
          leaveOnce();
        },
      };
    },
    openTexts: (texts, user, signal, query = null) => openTexts(line, texts, user, signal, query),
    close: async (reason) => {
      fail(reason);
      worker.kill();
      await worker.ended;
    },
  };
};

/**
 * Starts a worker and loads a model into it. That it cannot be loaded is an outcome, not an error.
 * @param silenceMs how long it may say nothing while it has work, before it is killed
 * @throws the signal's reason
 */
export const startModel = async (
  name: string,
  options: LoadOptions,
  signal: AbortSignal,
  log: Log,
  silenceMs: number = SILENCE_MS,
): Promise<LoadResult> => {
  const answer = Promise.withResolvers<Report>();
  const reports = { handle: (report: Report): void => answer.resolve(report) };
  const worker = startWorker(options.sequences, (report) => reports.handle(report), log);
  const abort = (): void => {
    answer.reject(signal.reason);
    worker.kill();
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  try {
    worker.send({ type: 'load', ...options });
    const first = await Promise.race([answer.promise, worker.ended]);
    if (typeof first === 'string') return { outcome: 'crashed', reason: first };
    if (first.type === 'loaded') {
      return { outcome: 'loaded', model: createModel(name, options, first, worker, silenceMs, reports) };
    }
    worker.kill();
    await worker.ended;
    return { outcome: 'not loaded', reason: first.type === 'not loaded' ? first.reason : `it said '${first.type}'` };
  } finally {
    signal.removeEventListener('abort', abort);
  }
};
