import { performance } from 'node:perf_hooks';
import { z } from 'zod';

/** What is asked of a model. */
export const Question = z.object({
  text: z.string(),
  maxTokens: z.int(),
  /** It is asked when so many pieces of the first question's answer have come; at once when left out. */
  after: z.int().optional(),
});
export type Question = z.infer<typeof Question>;

/** How an answer came; milliseconds since the first question was asked. */
export const Answer = z.object({
  tokens: z.int(),
  asked: z.number(),
  /** When each piece of its text came. */
  pieces: z.array(z.number()),
  ended: z.number(),
});
export type Answer = z.infer<typeof Answer>;

/** Answers a question, tells of each piece as it comes, and how many tokens it had in the end. */
export type Answering = (question: Question, piece: () => void) => Promise<number>;

/** Somebody who serves models. */
export interface Side {
  readonly name: 'worker' | 'product' | 'library' | 'llamaServer';
  /** Asks all questions at once. */
  ask(questions: readonly Question[]): Promise<readonly Answer[]>;
  stop(): Promise<void>;
}

/** @throws what answering throws */
export const askAll = async (questions: readonly Question[], answering: Answering): Promise<readonly Answer[]> => {
  const begun = performance.now();
  const now = (): number => performance.now() - begun;
  const waits = questions.map(({ after = 0 }) => ({ after, turn: Promise.withResolvers<void>() }));
  let ofFirst = 0;
  const look = (): void => {
    for (const { after, turn } of waits) if (ofFirst >= after) turn.resolve();
  };
  look();
  return Promise.all(
    questions.map(async (question, index) => {
      await waits[index]?.turn.promise;
      const asked = now();
      const pieces: number[] = [];
      const tokens = await answering(question, () => {
        pieces.push(now());
        if (index > 0) return;
        ofFirst += 1;
        look();
      });
      return { tokens, asked, pieces, ended: now() };
    }),
  );
};
