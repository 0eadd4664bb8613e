import { availableParallelism } from 'node:os';
import { closeSync } from 'node:fs';
import type { Log } from '#mesh/log.ts';
import type { JailOpening } from '../../../jail/jail.ts';
import type { Job, Run } from '../../engine.ts';
import type { Driver } from '../driver.ts';
import { isRight, measurePace } from './clock.ts';
import { planJob } from '../command.ts';
import { runInMachine } from '../execution.ts';
import type { Machine } from './machine.ts';
import { findMachineParts } from './parts.ts';
import { createPool } from './pool.ts';
import { restoreMachine } from './restore.ts';
import { sealedCopy } from './sealed.ts';
import { openTemplate, type Template, type TemplateOptions } from './template.ts';

export interface QemuOptions {
  /** Opens the jail in which QEMU runs, since an emulator alone is no promise of isolation; `again` looks anew. */
  readonly openJail: (again: boolean) => Promise<JailOpening>;
  /** Holds the image, and the templates made of it. */
  readonly folder: string;
  /** How many machines wait for a job; undefined for as many as suit the host. */
  readonly warm: number | undefined;
  readonly log: Log;
}

const MEMORY_MB = 512;
const MEBIBYTE = 1024 ** 2;
/** What one that waits takes, and what must be left for everything else. */
const ROOM_BYTES = (256 + 1024) * MEBIBYTE;

/** What is there once a machine has come up. */
interface Ready {
  readonly template: Template;
  /** The memory that all machines begin with, as a descriptor. */
  readonly memory: number;
  readonly pool: ReturnType<typeof createPool>;
}

/**
 * Virtual machines whose processor is emulated, by QEMU in a jail: for hosts without virtualisation of their own.
 * Machines are copies of one that was stopped when it was ready.
 */
export const createQemuDriver = ({ openJail, folder, warm, log }: QemuOptions): Driver => {
  const size = warm ?? (availableParallelism() >= 2 ? 1 : 0);
  let ready: Ready | undefined;
  const running = new Set<Machine>();

  const restoreFrom = (options: TemplateOptions, template: Template, memory: number): Promise<Machine> =>
    restoreMachine({
      jail: options.jail,
      qemu: options.qemu.path,
      shape: template.shape,
      files: template.files,
      memory,
      role: { kind: 'copy', state: template.state },
    });

  /** Whether a copy comes up and its time runs as ours does. */
  const holds = async (options: TemplateOptions, template: Template, memory: number): Promise<boolean> => {
    try {
      const machine = await restoreFrom(options, template, memory);
      try {
        return isRight(await measurePace(machine.agent));
      } finally {
        machine.kill();
        await machine.ended;
      }
    } catch (error) {
      log.warn({ error }, 'a virtual machine did not come up');
      return false;
    }
  };

  const open = async (options: TemplateOptions): Promise<Ready | undefined> => {
    for (const again of [false, true]) {
      const template = await openTemplate(options, again);
      const memory = await sealedCopy(template.memory);
      if (await holds(options, template, memory)) {
        const pool = createPool({
          restore: () => restoreFrom(options, template, memory),
          size,
          hasRoom: () => process.availableMemory() > ROOM_BYTES,
          log,
        });
        return { template, memory, pool };
      }
      closeSync(memory);
    }
    return undefined;
  };

  const close = async (): Promise<void> => {
    const closing = ready;
    ready = undefined;
    if (closing === undefined) return;
    await closing.pool.stop();
    closeSync(closing.memory);
  };

  return {
    name: 'qemu-tcg',
    // Loops of Python take 19 times as long, those of Node 14; what waits takes no longer.
    slowdown: 4,

    async probe(again) {
      await close();
      const parts = await findMachineParts(folder);
      if (parts.outcome === 'unavailable') return parts;
      const opening = await openJail(again);
      if (opening.outcome === 'unavailable') return opening;
      const { jail } = opening;
      const { qemu, image } = parts;
      ready = await open({ folder, image, jail, qemu, memoryMb: MEMORY_MB, log });
      if (ready === undefined) {
        return {
          outcome: 'unavailable',
          reason: 'The virtual machine does not come up from its template.',
          mend: 'See the log of the sandbox, and run `devstudio sandbox build-image` again.',
        };
      }
      void ready.pool.refill();
      return {
        outcome: 'available',
        driver: 'qemu-tcg',
        isolation: 'emulated-vm+namespaces',
        languages: ['python', 'node'],
        reductions: [
          ...jail.reductions,
          `A program has at most ${MEMORY_MB} MiB of memory, of which the machine takes some itself.`,
          'The processor is emulated: programs that compute take 14 to 20 times as long.',
        ],
      };
    },

    async start(job: Job): Promise<Run> {
      if (ready === undefined) throw new Error('the driver was not probed');
      const { template, pool } = ready;
      const plan = planJob(job, template.shape.memoryMb);
      const machine = await pool.take(plan.language);
      running.add(machine);
      void machine.ended.then(() => running.delete(machine));
      return runInMachine(machine, plan, job, log);
    },

    async stop() {
      const machines = [...running];
      for (const machine of machines) machine.kill();
      await Promise.all(machines.map(({ ended }) => ended));
      await close();
    },
  };
};
