import { refuse } from './bounds.ts';
import type { Mailbox } from './mailbox.ts';
import type { Slots } from './slots.ts';
import type { Command, Report } from './worker/protocol.ts';

/** What came of a question to the worker, of which each has an id. */
export type Answer = Extract<Report, { readonly id: number }>;

/** Runs when there is nothing more to come: after the last answer, or without one where the worker has ended. */
export type Leave = (last?: Answer) => void;

/** The way to a worker that has loaded its model. */
export interface WorkerLine {
  readonly name: string;
  readonly contextSize: number;
  readonly slots: Slots;
  /**
   * Announces a question; its answers come by the mailbox until the last one, which runs `leave`.
   * @throws StudioError when the worker has ended
   */
  readonly ask: (leave: Leave) => { readonly id: number; readonly mailbox: Mailbox<Answer> };
  readonly send: (command: Command) => void;
}

/** Texts that have their place at a model for embeddings, or one that ranks. */
export interface OpenTexts extends Disposable {
  /** Of each text, at least 1. */
  readonly tokens: readonly number[];
  /** How many numbers the model makes of a text; Infinity where another machine makes them and they themselves tell. */
  readonly dimensions: number;
  /** There where another machine counts them when it answers: tokens of the texts that were read, or are being read. */
  readonly counted?: () => number;
  /**
   * Makes the numbers of one text: a vector, or how well it answers the query. To be called for one after the other.
   * @throws StudioError MODEL_CRASHED; the signal's reason
   */
  embed(index: number, signal: AbortSignal): Promise<Float32Array>;
}

type Measured = Extract<Report, { readonly type: 'measured' }>;

/**
 * Waits until there is a place for texts, and counts their tokens.
 * @param query what each text is read beside; null for embeddings
 * @throws StudioError BAD_USER_INPUT when a text is too long or holds nothing to read, OVERLOADED, MODEL_CRASHED; the
 *   signal's reason
 */
export const openTexts = async (
  { name, contextSize, slots, ask, send }: WorkerLine,
  texts: readonly string[],
  user: string,
  signal: AbortSignal,
  query: string | null,
): Promise<OpenTexts> => {
  const argument = query === null ? 'input' : 'documents';
  const measure = async (): Promise<Measured> => {
    const { id, mailbox } = ask(() => {});
    send({ type: 'measure', id, texts, query: query ?? '' });
    const answer = await mailbox.take(signal);
    if (answer.type === 'failed') throw new Error(`${name} counted no tokens: ${answer.reason}`);
    if (answer.type !== 'measured') throw new Error(`the worker answered a measurement with '${answer.type}'`);
    const { tokens } = answer;
    const blank = tokens.indexOf(0);
    if (blank !== -1) return refuse(argument, `${argument}[${blank}] holds nothing that ${name} can read.`);
    const long = tokens.findIndex((count) => count > contextSize);
    if (long === -1) return answer;
    const count = `${tokens[long]} tokens${query === null ? '' : ' with the query'}`;
    return refuse(argument, `${argument}[${long}] has ${count}; ${name} takes ${contextSize} at most.`);
  };

  // Before the tokens are counted: whoever has no place costs the worker nothing.
  const leave = await slots.take(user, signal);
  const { tokens, dimensions } = await measure().catch((error: unknown) => {
    leave();
    throw error;
  });
  let busy = false;
  let over = false;

  return {
    tokens,
    dimensions,
    embed: async (index, stop) => {
      const text = texts[index];
      if (text === undefined) throw new RangeError(`there is no text ${index}`);
      const { id, mailbox } = ask(() => {
        busy = false;
        if (over) leave();
      });
      busy = true;
      send({ type: 'embed', id, text, query: query ?? '' });
      const answer = await mailbox.take(stop);
      if (answer.type === 'failed') throw new Error(`${name} failed: ${answer.reason}`);
      if (answer.type !== 'embedded') throw new Error(`the worker answered a text with '${answer.type}'`);
      return answer.vector;
    },
    // The library ends no text in its middle: a place that was left is free when the worker has read it.
    [Symbol.dispose]: () => {
      over = true;
      if (!busy) leave();
    },
  };
};
