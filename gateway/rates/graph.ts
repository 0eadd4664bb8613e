import type { ExecutionResult } from 'graphql';
import type { DocumentGraph, ReadOperation, Requester } from '../graph.ts';
import { sealResult } from '../errors.ts';
import { costOf } from './cost.ts';
import { rateError } from './decision.ts';
import type { Meter } from './meter.ts';

const TOO_MANY_SIGN_INS = 'Too many sign-ins.';

type Refusal = { readonly outcome: 'refused'; readonly result: ExecutionResult } | { readonly outcome: 'taken' };

/** Takes what an operation costs. */
const take = async (meter: Meter, operation: ReadOperation, requestId: string): Promise<Refusal> => {
  const { points, signIns } = costOf(operation);
  const refuse = (error: ReturnType<typeof rateError>): Refusal =>
    error ? { outcome: 'refused', result: sealResult({ errors: [error] }, requestId) } : { outcome: 'taken' };
  const spent = refuse(rateError(await meter.spend(points)));
  if (spent.outcome === 'refused' || signIns.length === 0) return spent;
  return refuse(rateError(await meter.signIn(signIns), TOO_MANY_SIGN_INS));
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
    return taken.outcome === 'refused' ? taken.result : run();
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
