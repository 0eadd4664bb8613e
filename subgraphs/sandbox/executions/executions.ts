import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { abortable } from '#mesh/abortable.ts';
import type { Config } from '#mesh/config.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import { inSpan } from '#mesh/trace.ts';
import type { ExecutionMapper, ProjectMapper } from '../mappers.ts';
import {
  askToCancel,
  executionsOf,
  findExecution,
  findOnce,
  finishExecution,
  insertExecution,
  markStarted,
  type ExecutionFacts,
} from '../store/executions.ts';
import type { Catalogue, FoundEngine } from './catalogue.ts';
import { nameOf } from './engine-names.ts';
import type { Events, ExecutionStep } from './events.ts';
import { startExecutor } from './executor.ts';
import type { Ground } from './ground.ts';
import { checkOrder, prepareJob } from './job.ts';
import { limitsOf } from './limits.ts';
import { createLive, type Live } from './live.ts';
import { createExecutionMetrics, type ExecutionMetrics } from './metrics.ts';
import type { Order } from './order.ts';
import { perform } from './perform.ts';
import { createPlaces, placesFor, type Ticket } from './places.ts';
import { storedExecution, storedSteps } from './stored.ts';

/** An execution that was taken, or that a key had been used for before. */
export interface Taken {
  readonly id: string;
  /** As it was taken. */
  readonly execution: ExecutionMapper;
  /** Whole, once it has ended. Rejects with the code of a job that was none, and when the signal aborts. */
  end(signal: AbortSignal): Promise<ExecutionMapper>;
}

/** Executions of programs, as far as a caller reaches them. */
export interface Executions {
  readonly metrics: ExecutionMetrics;
  /**
   * Takes an order; it runs when its turn comes, whether or not anybody waits.
   * @throws StudioError BAD_USER_INPUT, NOT_FOUND, FORBIDDEN, ENGINE_UNAVAILABLE, RATE_LIMITED, OVERLOADED; CONFLICT for a
   * key of another request
   */
  take(order: Order, caller: Caller): Promise<Taken>;
  /** @throws StudioError NOT_FOUND */
  find(caller: Caller, id: string): Promise<ExecutionMapper>;
  /** Newest first. */
  list(
    caller: Caller,
    options: { readonly projectId: string | null; readonly first: number; readonly after: string | null },
  ): Promise<readonly ExecutionMapper[]>;
  /** @throws StudioError NOT_FOUND */
  cancel(caller: Caller, id: string): Promise<ExecutionMapper>;
  /**
   * What one does, from after a number on to its end. Whether the caller may know has been decided.
   * @param holds whether the program waits for this reader
   */
  follow(
    id: string,
    after: number,
    signal: AbortSignal,
    holds: boolean,
  ): AsyncGenerator<ExecutionStep, void, undefined>;
  /** Ends all and takes no more. */
  stop(): Promise<void>;
}

export interface ExecutionsOptions {
  readonly database: Database;
  readonly ground: Ground;
  readonly catalogue: Catalogue;
  readonly config: Pick<Config, 'executions' | 'executionsPerUser' | 'executionDays'>;
  readonly log: Log;
}

/** How long the events of one that has ended stay, and of how many. */
const RECENT_MS = 60_000;
const MOST_RECENT = 100;
/** How long those that were ended have to be written down when the service stops. */
const FAREWELL_MS = 5_000;

interface Entry {
  readonly live: Live;
  /** How it ended; a refusal where the job turned out to be none. */
  readonly end: Promise<{ readonly execution: ExecutionMapper; readonly refusal: StudioError | null }>;
}

const notFound = (): StudioError => new StudioError('NOT_FOUND', 'There is no such execution, or it is not yours.');

export const startExecutions = async ({
  database,
  ground,
  catalogue,
  config,
  log,
}: ExecutionsOptions): Promise<Executions> => {
  const executor = randomUUID();
  const places = createPlaces(placesFor(config, availableParallelism()));
  const metrics = createExecutionMetrics(places);
  const entries = new Map<string, Entry>();
  /** Events of those that have ended a moment ago, the oldest first. */
  const recent = new Map<string, Events>();
  let isStopped = false;
  const beating = await startExecutor(database, {
    id: executor,
    days: config.executionDays,
    running: () => [...entries.keys()],
    cancel: (ids) => ids.forEach((id) => entries.get(id)?.live.cancel()),
    log,
  });

  const remember = (id: string, events: Events): void => {
    recent.set(id, events);
    const [oldest] = recent.keys();
    if (recent.size > MOST_RECENT && oldest !== undefined) recent.delete(oldest);
    setTimeout(() => recent.delete(id), RECENT_MS).unref();
  };

  const visible = (facts: Pick<ExecutionFacts, 'ownerId'>, caller: Caller): boolean =>
    facts.ownerId === caller.userId || caller.scopes.includes('users:manage');

  const find = async (caller: Caller, id: string): Promise<ExecutionMapper> => {
    const entry = entries.get(id);
    const facts = entry
      ? entry.live.now().facts
      : z.uuid().safeParse(id).success && (await findExecution(database, id));
    if (!facts || !visible(facts, caller)) throw notFound();
    return entry ? entry.live.now() : storedExecution(database, facts);
  };

  const repeated = async (order: Order, caller: Caller): Promise<Taken | null> => {
    if (order.once === null) return null;
    const known = await findOnce(database, caller.userId, order.once.key);
    if (!known) return null;
    const { id, fingerprint } = known;
    if (!fingerprint.equals(order.once.fingerprint)) {
      throw new StudioError('CONFLICT', 'This idempotencyKey was used for another request.');
    }
    return {
      id,
      execution: await find(caller, id),
      end: async (signal) => {
        const entry = entries.get(id);
        if (entry) return (await abortable(entry.end, signal)).execution;
        // It ran in another process, or is over.
        for await (const step of storedSteps(database, id, 0, signal)) if (step.type === 'EXITED') break;
        return find(caller, id);
      },
    };
  };

  const begin = (live: Live, found: FoundEngine, order: Order, project: ProjectMapper | null, ticket: Ticket) => {
    const name = nameOf(found.choice);
    return inSpan('sandbox.execute', { 'devstudio.engine': name }, async () => {
      let starting = Promise.resolve();
      const { ending, refusal } = await perform({
        live,
        engine: found.engine,
        ticket,
        prepare: async () => prepareJob(live.id, order, found.choice, live.limits, await ground.files(project)),
        onStart: (queuedMs) => {
          starting = markStarted(database, live.id, Math.round(queuedMs)).catch((error: unknown) =>
            log.warn({ error }, 'the start of an execution was not written down'),
          );
        },
        log,
      });
      const ended = live.ends(ending);
      const execution = live.now();
      metrics.ended(ended.facts);
      await starting;
      await finishExecution(database, ended).catch((error: unknown) =>
        log.error({ error, executionId: live.id }, 'the end of an execution was not written down'),
      );
      entries.delete(live.id);
      remember(live.id, live.events);
      return { execution, refusal };
    });
  };

  const take = async (order: Order, caller: Caller): Promise<Taken> => {
    if (isStopped) throw new StudioError('SERVICE_UNAVAILABLE', 'The studio is stopping.');
    const before = await repeated(order, caller);
    if (before) return before;
    const found = await catalogue.find(order.engine);
    checkOrder(order, found.choice);
    const limits = limitsOf(caller.role, order.limits, found.engine.slowdown);
    const project = await ground.of(order, caller);
    const made = {
      id: randomUUID(),
      ownerId: caller.userId,
      projectId: project?.id ?? null,
      engine: nameOf(found.choice),
      driver: found.driver,
      isolation: found.isolation,
      executor,
      limits,
      once: order.once,
    };
    const ticket = places.take(caller.userId);
    try {
      if (!(await insertExecution(database, made))) {
        ticket.giveBack();
        // The same request came in between.
        return await take(order, caller);
      }
    } catch (error) {
      ticket.giveBack();
      throw error;
    }
    const live = createLive(made);
    const execution = live.now();
    const end = begin(live, found, order, project, ticket);
    entries.set(live.id, { live, end });
    if (isStopped) live.cancel();
    return {
      id: live.id,
      execution,
      end: async (signal) => {
        const { execution: ended, refusal } = await abortable(end, signal);
        if (refusal) throw refusal;
        return ended;
      },
    };
  };

  return {
    metrics,
    take: async (order, caller) => {
      try {
        return await take(order, caller);
      } catch (error) {
        if (error instanceof StudioError) metrics.refused(error.code);
        throw error;
      }
    },
    find,
    list: async (caller, { projectId, first, after }) => {
      const places = [projectId, after].filter((id) => id !== null);
      if (places.some((id) => !z.uuid().safeParse(id).success)) return [];
      const found = await executionsOf(database, { ownerId: caller.userId, projectId }, first, after);
      return found.map((facts) => entries.get(facts.id)?.live.now() ?? storedExecution(database, facts));
    },
    cancel: async (caller, id) => {
      await find(caller, id);
      const entry = entries.get(id);
      if (!entry) {
        await askToCancel(database, id);
        return find(caller, id);
      }
      entry.live.cancel();
      return (await entry.end).execution;
    },
    follow: (id, after, signal, holds) => {
      const events = entries.get(id)?.live.events ?? recent.get(id);
      return events ? events.follow(after, signal, holds) : storedSteps(database, id, after, signal);
    },
    stop: async () => {
      isStopped = true;
      for (const { live } of entries.values()) live.cancel();
      const over = Promise.all(Array.from(entries.values(), ({ end }) => end));
      await abortable(over, AbortSignal.timeout(FAREWELL_MS)).catch(() => {
        log.warn({ executions: entries.size }, 'executions did not end in time');
      });
      await beating.stop();
    },
  };
};
