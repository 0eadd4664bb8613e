import type { ExecutionResult } from 'graphql';
import type { DocumentGraph, ReadOperation, Requester } from '../graph.ts';
import { sealResult } from '../errors.ts';
import { costOf, type SignIn } from './cost.ts';
import { rateError } from './decision.ts';
import type { Meter } from './meter.ts';

const TOO_MANY_SIGN_INS = 'Too many sign-ins.';

/** Whose sign-ins are under way, once for each that may be. */
type Refusal = { readonly outcome: 'refused'; readonly result: ExecutionResult } | { readonly outcome: 'taken' };

const isStream = (answer: object): answer is AsyncGenerator<ExecutionResult, undefined> =>
  Symbol.asyncIterator in answer;

/** Outcomes that may be a wrong guess. Who goes away before the answer has guessed as well. */
const MAY_BE_WRONG: ReadonlySet<unknown> = new Set(['UNAUTHENTICATED', 'TIMEOUT']);

const settle = async (meter: Meter, { email, responseName }: SignIn, result: ExecutionResult): Promise<void> => {
  if (email === undefined) return;
  if (result.data?.[responseName]) return meter.guessedRight(email);
  const error = result.errors?.find(({ path }) => path === undefined || path[0] === responseName);
  if (!MAY_BE_WRONG.has(error?.extensions['code'])) return meter.guessUndone(email);
};

/** Takes what an operation costs. */
const take = async (meter: Meter, operation: ReadOperation, requestId: string): Promise<Refusal> => {
  const { points, signIns } = costOf(operation);
  const refuse = (error: ReturnType<typeof rateError>): Refusal =>
    error ? { outcome: 'refused', result: sealResult({ errors: [error] }, requestId) } : { outcome: 'taken' };
  const spent = refuse(rateError(await meter.spend(points)));
  if (spent.outcome === 'refused' || signIns.length === 0) return spent;
  const signedIn = refuse(rateError(await meter.signIn(signIns.length), TOO_MANY_SIGN_INS));
  if (signedIn.outcome === 'refused') return signedIn;
  const guessed: string[] = [];
  for (const { email } of signIns) {
    if (email === undefined) continue;
    const guess = refuse(rateError(await meter.guess(email), TOO_MANY_SIGN_INS));
    if (guess.outcome === 'refused') {
      // The operation is not run, so none of its guesses is made.
      for (const undone of guessed) await meter.guessUndone(undone);
      return guess;
    }
    guessed.push(email);
  }
  return { outcome: 'taken' };
};

/** The same graph, whose operations are counted on the meter of their requester before anything is planned or asked. */
export const rateLimited = (graph: DocumentGraph): DocumentGraph => {
  const counted = async <T extends object>(
    operation: ReadOperation,
    { meter, requestId }: Requester,
    run: () => Promise<T>,
  ): Promise<T | ExecutionResult> => {
    if (!meter) return run();
    const taken = await take(meter, operation, requestId);
    if (taken.outcome === 'refused') return taken.result;
    const answer = await run();
    if (!isStream(answer)) for (const signIn of costOf(operation).signIns) await settle(meter, signIn, answer);
    return answer;
  };

  /** The operation of a text; undefined when the graph is going to say what is wrong with it. */
  const read = (document: string): ReadOperation['document'] | undefined => {
    try {
      const parsed = graph.parse(document);
      return graph.validate(parsed).length === 0 ? parsed : undefined;
    } catch {
      return undefined;
    }
  };
  const reading = <T extends object>(
    operation: Parameters<DocumentGraph['execute']>[0],
    requester: Requester,
    run: () => Promise<T>,
  ): Promise<T | ExecutionResult> => {
    const document = read(operation.document);
    return document ? counted({ ...operation, document }, requester, run) : run();
  };

  return {
    ...graph,
    executeDocument: (operation, requester) =>
      counted(operation, requester, () => graph.executeDocument(operation, requester)),
    subscribeDocument: (operation, requester) =>
      counted(operation, requester, () => graph.subscribeDocument(operation, requester)),
    execute: (operation, requester) => reading(operation, requester, () => graph.execute(operation, requester)),
    subscribe: (operation, requester) => reading(operation, requester, () => graph.subscribe(operation, requester)),
  };
};
