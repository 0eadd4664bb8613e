import type { SubscriptionNode } from '@apollo/query-planner';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { shapeAnswer } from './execute.ts';
import { expected } from './errors.ts';
import { bodyOf, fieldsOf, usedVariables } from './fetches.ts';
import { Lru } from './lru.ts';
import type { Plan, Prepared } from './planner.ts';
import { addRootAnswer, runPlan, upstreamOf, type Run, type RunContext } from './runner.ts';
import { endable } from './stream.ts';
import type { Answer } from './upstream/upstream.ts';

/** A token stream joins the same user and model to each event; asking again once a second is fresh enough. */
const MEMORY_MS = 1_000;
const MEMORY_ENTRIES = 64;

/** Remembers good answers for a moment, for the life of one subscription. */
const createMemory = (now: () => number = Date.now): NonNullable<Run['recall']> => {
  const answers = new Lru<string, { readonly answer: Answer; readonly until: number }>(MEMORY_ENTRIES);
  return async (key, ask) => {
    const known = answers.get(key);
    if (known && known.until > now()) return known.answer;
    const answer = await ask();
    if (!answer.errors) answers.set(key, { answer, until: now() + MEMORY_MS });
    return answer;
  };
};

/** What one event of the source becomes: the other subgraphs' fields are joined, then all is shaped. */
const answerTo = async (
  event: Answer,
  prepared: Prepared,
  node: SubscriptionNode,
  run: Omit<Run, 'data' | 'errors'>,
): Promise<ExecutionResult> => {
  const errors: GraphQLError[] = [];
  const whole: Run = { ...run, data: event.data ?? {}, errors };
  addRootAnswer(whole, node.primary, event);
  if (!event.data) return { errors, data: null };
  if (node.rest) await runPlan(whole, node.rest);
  return shapeAnswer(prepared, whole);
};

/**
 * Opens a subscription: its source in one subgraph, each event joined with fields of the others. Ending it, or the
 * context's signal, reaches the source at once. A source that breaks gives one last event that says so.
 * @throws StudioError when the source cannot be opened
 */
export const subscribePrepared = async (
  prepared: Prepared,
  plan: Plan,
  node: SubscriptionNode,
  context: RunContext,
): Promise<AsyncGenerator<ExecutionResult, undefined>> => {
  const { primary } = node;
  context.signal.throwIfAborted();
  const controller = new AbortController();
  let stream: AsyncGenerator<ExecutionResult, undefined> | undefined;
  const cancel = (): void => {
    controller.abort(context.signal.reason);
    void stream?.return(undefined);
  };
  context.signal.addEventListener('abort', cancel);
  const forget = (): void => context.signal.removeEventListener('abort', cancel);

  const source = await upstreamOf(context.upstreams, primary.serviceName)
    .subscribe({
      kind: 'subscription',
      body: bodyOf(primary, usedVariables(primary, context.variables)),
      fields: fieldsOf(primary),
      identity: context.identity,
      signal: controller.signal,
    })
    .catch((error: unknown) => {
      forget();
      throw error;
    });

  const run = { ...context, plan, signal: controller.signal, recall: createMemory() };
  const answers = async function* (): AsyncGenerator<ExecutionResult, undefined> {
    try {
      for await (const event of source) yield await answerTo(event, prepared, node, run);
    } catch (error) {
      if (!controller.signal.aborted) yield { errors: [expected(error, context.log)], data: null };
    }
    return undefined;
  };
  stream = endable(answers(), () => {
    forget();
    controller.abort();
    void source.return(undefined);
  });
  if (controller.signal.aborted) cancel();
  return stream;
};
