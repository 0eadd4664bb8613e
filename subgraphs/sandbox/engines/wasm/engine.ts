import { StudioError } from '#mesh/errors.ts';
import type { JailOpening } from '../../jail/jail.ts';
import type { Availability, Engine, Run } from '../engine.ts';
import { execute } from './execution.ts';
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

/**
 * The engine `wasm`: WebAssembly modules by Wasmer, and Python and JavaScript by interpreters that are WebAssembly
 * themselves; all of it in jailed processes that are kept warm.
 * @param open opens the jail, which belongs to the caller and outlives the engine; `again` looks anew where there was none
 */
export const createWasmEngine = (open: (again: boolean) => Promise<JailOpening>): Engine => {
  let works: Promise<Works> | null = null;
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

  const availability = async ({ again = false } = {}): Promise<Availability> => {
    const opening = await open(again);
    if (opening.outcome === 'unavailable') return opening;
    const { layout } = await worksIn(opening);
    return {
      outcome: 'available',
      driver: `wasmer ${layout.version}`,
      isolation: 'wasm+namespaces+seccomp',
      languages: ['python', 'javascript'],
      reductions: opening.jail.reductions,
    };
  };

  return {
    name: 'wasm',
    slowdown: SLOWDOWN,
    availability,
    start: async (job) => {
      const opening = await open(false);
      if (opening.outcome === 'unavailable') {
        throw new StudioError('ENGINE_UNAVAILABLE', `${opening.reason} ${opening.mend}`);
      }
      if (isStopped) throw new StudioError('ENGINE_UNAVAILABLE', 'The sandbox is being stopped.');
      const assignment = assign(job);
      const { pool } = await worksIn(opening);
      const { memoryBytes, diskBytes } = job.limits;
      let lease: Lease;
      try {
        lease = await pool.take(assignment.flavour, { memoryBytes, diskBytes });
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'nothing is known';
        throw new StudioError('ENGINE_UNAVAILABLE', `A WebAssembly host did not start: ${reason}.`);
      }
      const run = execute(job, assignment, lease);
      running.add(run);
      void run.result.then(() => running.delete(run));
      if (isStopped) run.cancel();
      return run;
    },
    stop: async () => {
      isStopped = true;
      for (const run of running) run.cancel();
      await Promise.all([...running].map(({ result }) => result));
      const found = await works?.catch(() => null);
      await found?.pool.close();
      await found?.layout.remove();
    },
  };
};
