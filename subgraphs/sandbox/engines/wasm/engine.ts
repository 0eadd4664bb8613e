import { StudioError } from '#mesh/errors.ts';
import type { JailOpening } from '../../jail/jail.ts';
import type { Availability, Engine, Job, Run } from '../engine.ts';
import { execute } from './execution.ts';
import type { Flavour } from './host/protocol.ts';
import { startHost } from './host-process.ts';
import { prepareLayout, type Layout } from './layout.ts';
import { assign } from './orders.ts';
import { createHostPool, type HostPool, type Lease } from './pool.ts';

/** Of Python, measured against the host's: 1.6 to 2 times. Modules take 1 to 2 times as long as native code, once they run. */
const SLOWDOWN = 2;

/** What is there once the jail is open. */
interface Works {
  readonly layout: Layout;
  readonly pool: HostPool;
}

type Unavailable = Extract<Availability, { outcome: 'unavailable' }>;

type Found = { readonly outcome: 'found'; readonly works: Works; readonly reductions: readonly string[] } | Unavailable;

const INCOMPLETE: Unavailable = {
  outcome: 'unavailable',
  reason: 'The packages that run WebAssembly are not whole.',
  mend: "Run `npm ci` in the studio's folder.",
};

const takeHost = async (pool: HostPool, flavour: Flavour, { limits, ownerId = '' }: Job): Promise<Lease> => {
  try {
    return await pool.take(flavour, limits, ownerId);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'nothing is known';
    throw new StudioError('ENGINE_UNAVAILABLE', `A WebAssembly host did not start: ${reason}`);
  }
};

/**
 * The engine `wasm`: WebAssembly modules by Wasmer, and Python and JavaScript by interpreters that are WebAssembly
 * themselves; all of it in jailed processes that are kept warm.
 * @param open opens the jail, which belongs to the caller and outlives the engine; `again` looks anew where there was none
 */
export const createWasmEngine = (open: (again: boolean) => Promise<JailOpening>): Engine => {
  let works: Promise<Works> | null = null;
  const starting = new Set<Promise<Run>>();
  const running = new Set<Run>();
  let isStopped = false;

  const worksIn = (opening: Extract<JailOpening, { outcome: 'open' }>): Promise<Works> => {
    works ??= (async () => {
      const layout = await prepareLayout(opening.jail);
      const pool = createHostPool((flavour, sizes) => startHost(opening.jail, layout, flavour, sizes));
      return { layout, pool };
    })().catch((error: unknown) => {
      // The next who asks tries again.
      works = null;
      throw error;
    });
    return works;
  };

  const find = async (again: boolean): Promise<Found> => {
    const opening = await open(again);
    if (opening.outcome === 'unavailable') return opening;
    try {
      return { outcome: 'found', works: await worksIn(opening), reductions: opening.jail.reductions };
    } catch {
      // Whichever of its files it was: the mend is the same.
      return INCOMPLETE;
    }
  };

  const begin = async (job: Job): Promise<Run> => {
    const found = await find(false);
    if (found.outcome === 'unavailable') {
      throw new StudioError('ENGINE_UNAVAILABLE', `${found.reason} ${found.mend}`);
    }
    if (isStopped) throw new StudioError('ENGINE_UNAVAILABLE', 'The sandbox is being stopped.');
    const assignment = assign(job);
    const lease = await takeHost(found.works.pool, assignment.flavour, job);
    const run = execute(job, assignment, lease);
    running.add(run);
    void run.result.then(() => running.delete(run));
    if (isStopped) run.cancel();
    return run;
  };
  const cancelAll = (): void => {
    for (const run of running) run.cancel();
  };

  return {
    name: 'wasm',
    slowdown: SLOWDOWN,
    availability: async ({ again = false } = {}) => {
      const found = await find(again);
      if (found.outcome === 'unavailable') return found;
      return {
        outcome: 'available',
        driver: `wasmer ${found.works.layout.version}`,
        isolation: 'wasm+namespaces+seccomp',
        languages: ['python', 'javascript'],
        reductions: found.reductions,
      };
    },
    start: async (job) => {
      const start = begin(job);
      starting.add(start);
      try {
        return await start;
      } finally {
        starting.delete(start);
      }
    },
    stop: async () => {
      isStopped = true;
      cancelAll();
      await Promise.allSettled(starting);
      cancelAll();
      await Promise.all([...running].map(({ result }) => result));
      const found = await works?.catch(() => null);
      await found?.pool.close();
      await found?.layout.remove();
    },
  };
};
