import type { WorkerLine } from './open-texts.ts';
import type { Batch, GenerateOptions, Reason } from './worker/protocol.ts';

export interface Step extends Batch {
  /** Why the answer ends with this step; null while it goes on. */
  readonly reason: Reason | null;
  /** Tokens of the prompt that were not read again; known at the end. */
  readonly cachedTokens: number;
  /** Tokens of the prompt as another machine has counted them; known at the end, and where it tells them. */
  readonly promptTokens?: number;
}

/** The answers of one worker. */
export interface Answers {
  /**
   * Has a prompt answered; asking for the next step takes the one before it. The last one has a reason.
   * @param rest runs when the worker does nothing more for it
   * @throws StudioError MODEL_CRASHED; the signal's reason
   */
  generate(rest: () => void, options: GenerateOptions, signal: AbortSignal): AsyncGenerator<Step, void, undefined>;
  /** Completion tokens that were made for whoever had left, and that nobody has taken. */
  discarded(): number;
}

/** @param isOpen whether the worker still owes something to this question */
export const createAnswers = (
  { name, ask, send }: Pick<WorkerLine, 'name' | 'ask' | 'send'>,
  isOpen: (id: number) => boolean,
): Answers => {
  let discarded = 0;

  const generate = async function* (
    rest: () => void,
    options: GenerateOptions,
    signal: AbortSignal,
  ): AsyncGenerator<Step, void, undefined> {
    let read = 0;
    let made: number | undefined;
    let left = false;
    /** What was made and not taken is known when both have ended: the worker, and who reads. */
    const count = (): void => {
      if (left && made !== undefined) discarded += made - read;
    };
    const { id, mailbox } = ask((last) => {
      made = last?.type === 'ended' ? last.completionTokens : undefined;
      count();
      rest();
    });
    const abort = (): void => send({ type: 'abort', id });
    signal.addEventListener('abort', abort);
    try {
      send({ type: 'generate', id, ...options });
      for (;;) {
        const answer = await mailbox.take(signal);
        if (answer.type === 'failed') throw new Error(`${name} failed: ${answer.reason}`);
        if (answer.type === 'batch') {
          read = answer.completionTokens;
          yield { ...answer, reason: null, cachedTokens: 0 };
          send({ type: 'acknowledge', id, completionTokens: answer.completionTokens });
        } else if (answer.type === 'ended') {
          const { reason } = answer;
          if (reason === 'aborted') return;
          read = answer.completionTokens;
          yield { ...answer, reason };
          return;
        } else {
          throw new Error(`the worker answered a generation with '${answer.type}'`);
        }
      }
    } finally {
      signal.removeEventListener('abort', abort);
      // Left before its end; a worker that has ended it already takes no notice.
      if (isOpen(id)) abort();
      left = true;
      count();
    }
  };

  return { generate, discarded: () => discarded };
};
