import type {
  Engine,
  ExecutionEventResolvers,
  ExecutionFileResolvers,
  ExecutionResolvers,
  FileEncoding,
  MutationResolvers,
  QueryResolvers,
  SubscriptionResolvers,
} from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import { endable } from '#mesh/endable.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import { spendContent } from '../content-budget.ts';
import { bytesOfOutput, textOfOutput } from '../executions/bounded-output.ts';
import type { Catalogue, EngineEntry } from '../executions/catalogue.ts';
import type { Executions } from '../executions/executions.ts';
import { orderOf } from '../executions/order.ts';
import { textOf } from '../files/file-content.ts';
import type { ExecutionEventMapper, ExecutionMapper } from '../mappers.ts';
import type { Projects } from '../projects.ts';
import { countOf } from './arguments.ts';

/** A step of a stream. A failure is one as well, so that it arrives in the stream's own format. */
type Item =
  | { readonly outcome: 'event'; readonly event: ExecutionEventMapper }
  | { readonly outcome: 'failed'; readonly error: unknown };

const MOST_LISTED = 100;
const STREAMS = { stdout: 'STDOUT', stderr: 'STDERR' } as const;
/** A reader who takes nothing for so long has gone. */
const PATIENCE_MS = 60_000;

const engineOf = ({ name, slowdown, availability }: EngineEntry): Engine =>
  availability.outcome === 'available'
    ? {
        name,
        slowdown,
        available: true,
        driver: availability.driver,
        isolation: availability.isolation,
        reductions: [...availability.reductions],
      }
    : { name, slowdown, available: false, reason: availability.reason, mend: availability.mend, reductions: [] };

/** Steps as a stream that its reader may leave. */
const stream = (
  steps: (signal: AbortSignal) => AsyncGenerator<ExecutionEventMapper, void, undefined>,
  context: RequestContext,
): AsyncIterableIterator<Item> =>
  endable<Item>(
    async function* (signal) {
      try {
        for await (const event of steps(signal)) yield { outcome: 'event', event };
      } catch (error) {
        yield { outcome: 'failed', error };
      }
    },
    context.signal,
    (error) => context.log.error({ error }, 'a stream of an execution ended badly'),
    PATIENCE_MS,
  );

// Thrown here and not by the stream, a failure becomes an ordinary GraphQL error of this field.
const eventOf = (item: Item): ExecutionEventMapper => {
  if (item.outcome === 'failed') throw item.error;
  return item.event;
};

const outputFor = async (
  { output }: ExecutionMapper,
  name: 'stdout' | 'stderr',
  encoding: FileEncoding,
  context: RequestContext,
): Promise<string> => {
  const kept = await output(name);
  spendContent(context, kept.head.length + kept.tail.length);
  return encoding === 'BASE64' ? bytesOfOutput(kept).toString('base64') : textOfOutput(kept);
};

/** Running programs, and what became of them. */
export const executionResolvers = (
  catalogue: Catalogue,
  executions: Executions,
  projects: Pick<Projects, 'readable'>,
): {
  readonly Query: Pick<QueryResolvers, 'engines' | 'execution' | 'executions'>;
  readonly Mutation: Pick<MutationResolvers, 'execute' | 'startExecution' | 'cancelExecution'>;
  readonly Subscription: Pick<SubscriptionResolvers, 'execute' | 'executionEvents'>;
  readonly Execution: ExecutionResolvers;
  readonly ExecutionFile: ExecutionFileResolvers;
  readonly ExecutionEvent: ExecutionEventResolvers;
} => {
  const followed = async function* (
    id: string,
    after: number,
    context: RequestContext,
    signal: AbortSignal,
    holds: boolean,
  ): AsyncGenerator<ExecutionEventMapper, void, undefined> {
    const execution = (): Promise<ExecutionMapper> => executions.find(callerOf(context), id);
    for await (const step of executions.follow(id, after, signal, holds)) yield { executionId: id, step, execution };
  };

  return {
    Query: {
      engines: async () => (await catalogue.list()).map(engineOf),
      execution: async (_, { id }, context) => {
        try {
          return await executions.find(callerOf(context), id);
        } catch (error) {
          if (error instanceof StudioError && error.code === 'NOT_FOUND') return null;
          throw error;
        }
      },
      executions: async (_, { projectId = null, first, after = null }, context) => [
        ...(await executions.list(callerOf(context), { projectId, after, first: countOf(first, MOST_LISTED) })),
      ],
    },
    Mutation: {
      execute: async (_, { input }, context) => {
        const order = orderOf(input);
        const caller = callerOf(context);
        const taken = await executions.take(order, caller);
        try {
          return await taken.end(context.signal);
        } catch (error) {
          // Who has given a key may ask again, and finds it.
          if (context.signal.aborted && order.once === null) await executions.cancel(caller, taken.id);
          throw error;
        }
      },
      startExecution: async (_, { input }, context) =>
        (await executions.take(orderOf(input), callerOf(context))).execution,
      cancelExecution: (_, { id }, context) => executions.cancel(callerOf(context), id),
    },
    Subscription: {
      execute: {
        subscribe: (_, { input }, context) =>
          stream(async function* (signal) {
            const caller = callerOf(context);
            const { id } = await executions.take(orderOf(input), caller);
            try {
              yield* followed(id, 0, context, signal, true);
            } finally {
              // Over already, unless its reader has gone.
              if (signal.aborted) await executions.cancel(caller, id);
            }
          }, context),
        resolve: eventOf,
      },
      executionEvents: {
        subscribe: (_, { id, after }, context) =>
          stream(async function* (signal) {
            await executions.find(callerOf(context), id);
            if (after < 0) throw new StudioError('BAD_USER_INPUT', 'after is 0 or more.', { argument: 'after' });
            yield* followed(id, after, context, signal, false);
          }, context),
        resolve: eventOf,
      },
    },
    Execution: {
      __resolveReference: ({ id }, context) => executions.find(callerOf(context), id),
      id: ({ facts }) => facts.id,
      engine: ({ facts }) => facts.engine,
      driver: ({ facts }) => facts.driver,
      isolation: ({ facts }) => facts.isolation,
      project: ({ facts }, _, context) =>
        facts.projectId === null ? null : projects.readable(callerOf(context), facts.projectId),
      user: ({ facts }) => ({ id: facts.ownerId }),
      status: ({ facts }) => facts.status,
      exitCode: ({ facts }) => facts.exitCode,
      signal: ({ facts }) => facts.signal,
      stdout: (execution, { encoding }, context) => outputFor(execution, 'stdout', encoding, context),
      stderr: (execution, { encoding }, context) => outputFor(execution, 'stderr', encoding, context),
      totals: ({ facts }) => facts.totals,
      truncated: ({ facts }) => facts.truncated,
      timedOut: ({ facts }) => facts.status === 'TIMED_OUT',
      limits: ({ facts }) => facts.limits,
      queuedMs: ({ facts }) => facts.queuedMs,
      wallMs: ({ facts }) => facts.wallMs,
      cpuMs: ({ facts }) => facts.cpuMs,
      peakMemoryBytes: ({ facts }) => facts.peakMemoryBytes,
      files: async ({ files }) => [...(await files())],
      message: ({ facts }) => facts.message,
      createdAt: ({ facts }) => facts.createdAt,
      startedAt: ({ facts }) => facts.startedAt,
      endedAt: ({ facts }) => facts.endedAt,
    },
    ExecutionFile: {
      content: ({ bytes }, { encoding }, context) => {
        if (bytes === null) return null;
        spendContent(context, bytes.length);
        return encoding === 'BASE64' ? bytes.toString('base64') : textOf(bytes);
      },
    },
    ExecutionEvent: {
      sequence: ({ step }) => step.sequence,
      type: ({ step }) => step.type,
      stream: ({ step }) => (step.type === 'OUTPUT' ? STREAMS[step.stream] : null),
      text: ({ step }) => (step.type === 'OUTPUT' ? step.text : null),
      data: ({ step }) => (step.type === 'OUTPUT' ? step.bytes.toString('base64') : null),
      lost: ({ step }) => (step.type === 'TRUNCATED' ? step.lost : null),
      status: ({ step }) => (step.type === 'EXITED' ? step.status : null),
      exitCode: ({ step }) => (step.type === 'EXITED' ? step.exitCode : null),
      execution: ({ execution }) => execution(),
    },
  };
};
