import type { Log } from '#mesh/log.ts';
import { warm, type GuestLanguage } from '../job.ts';
import type { Machine } from './machine.ts';

export interface PoolOptions {
  readonly restore: () => Promise<Machine>;
  /** How many machines wait. */
  readonly size: number;
  /** Whether there is memory for one that waits. */
  readonly hasRoom: () => boolean;
  readonly log: Log;
}

interface Parked {
  readonly machine: Machine;
  readonly language: GuestLanguage;
}

/** So long a job has the processor to itself before the next machine is prepared. */
const REFILL_AFTER_MS = 500;

/** Machines that have run a program of their language already and wait, stopped, for the one job of theirs. */
export const createPool = ({ restore, size, hasRoom, log }: PoolOptions) => {
  const parked: Parked[] = [];
  let wanted: GuestLanguage = 'python';
  let filling: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const forget = (one: Parked): void => {
    const index = parked.indexOf(one);
    if (index >= 0) parked.splice(index, 1);
  };

  const addOne = async (): Promise<void> => {
    if (isStopped) return;
    const language = wanted;
    const machine = await restore();
    try {
      await warm(machine.agent, language);
      await machine.monitor.command('stop');
    } catch (error) {
      machine.kill();
      throw error;
    }
    const one = { machine, language };
    if (isStopped) machine.kill();
    else parked.push(one);
    void machine.ended.then(() => forget(one));
  };

  const fill = async (): Promise<void> => {
    try {
      for (let missing = size - parked.length; missing > 0 && hasRoom(); missing--) await addOne();
    } catch (error) {
      log.warn({ error }, 'no virtual machine could be prepared');
    }
  };

  const refill = (): Promise<void> =>
    (filling ??= fill().finally(() => {
      filling = undefined;
    }));

  return {
    /** Fills the pool; resolves when it is full, or as full as it gets. */
    refill,
    /** A machine for one job of a language, which its receiver ends. */
    async take(language: GuestLanguage): Promise<Machine> {
      wanted = language;
      const one = parked.find((waiting) => waiting.language === language) ?? parked[0];
      clearTimeout(timer);
      timer = setTimeout(() => void refill(), REFILL_AFTER_MS);
      timer.unref();
      if (one === undefined) return restore();
      forget(one);
      try {
        await one.machine.monitor.command('cont');
        return one.machine;
      } catch {
        // It ended while it waited.
        one.machine.kill();
        return restore();
      }
    },
    async stop(): Promise<void> {
      isStopped = true;
      clearTimeout(timer);
      await filling;
      const machines = parked.splice(0).map(({ machine }) => machine);
      for (const machine of machines) machine.kill();
      await Promise.all(machines.map(({ ended }) => ended));
    },
  };
};
