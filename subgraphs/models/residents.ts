import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { MachineMemory } from './machine-memory.ts';
import { decideAdmission, type Resident } from './memory-plan.ts';

/** How long a model stays in memory. */
export interface Residence {
  /** It is never unloaded by itself, nor for another. */
  readonly pinned: boolean;
  /** It is unloaded when nobody has used it for so long; Infinity for never. */
  readonly idleMs: number;
}

export interface ResidenceRules {
  readonly memory: MachineMemory;
  /** What all workers together may take, in bytes. */
  readonly budget: number;
  readonly residenceOf: (model: string) => Promise<Residence>;
}

/** The memory that one model holds. */
export interface Place {
  /** Its worker runs. The place is free when it has ended. */
  taken(model: LoadedModel): void;
  /** It could not be loaded. */
  leave(): void;
}

/** The models in memory: who is let in, and who has to go. */
export interface Residents {
  /**
   * Sets memory aside for a model, and unloads others for it if need be.
   * @throws StudioError INSUFFICIENT_MEMORY, with counts
   */
  admit(name: string, bytes: number): Promise<Place>;
  /** Somebody wants this model. */
  used(name: string): void;
  stop(): void;
}

interface Held {
  readonly name: string;
  readonly estimate: number;
  model: LoadedModel | undefined;
  usedAt: number;
}

/** How often it is looked who was left alone, at most. */
const LOOK_MS = 15_000;
/** Memory that is left for everything else. */
const SPARE_BYTES = 64 * 1024 ** 2;

const isBusy = (model: LoadedModel): boolean => {
  const { active, queued } = model.load();
  return active + queued > 0;
};

/**
 * @param unload ends a model's worker; settles when its memory is free
 * @param lookMs how often it is looked who was left alone
 */
export const createResidents = (
  { memory, budget, residenceOf }: ResidenceRules,
  unload: (name: string, reason: string) => Promise<void>,
  log: Log,
  lookMs: number = LOOK_MS,
): Residents => {
  const held = new Set<Held>();

  const seen = ({ name, estimate, model, usedAt }: Held, pinned: ReadonlySet<string>): Resident => {
    const common = { name, estimate, usedAt, taken: model?.memoryBytes() ?? 0 };
    if (!model) return { ...common, stays: 'loading' };
    if (pinned.has(name)) return { ...common, stays: 'pinned' };
    return { ...common, stays: isBusy(model) ? 'busy' : null };
  };

  const pinnedNames = async (): Promise<ReadonlySet<string>> => {
    const all = await Promise.all(Array.from(held, async ({ name }) => ({ name, ...(await residenceOf(name)) })));
    return new Set(all.filter(({ pinned }) => pinned).map(({ name }) => name));
  };

  const look = async (): Promise<void> => {
    for (const resident of held) {
      const { name, model } = resident;
      if (!model) continue;
      const { pinned, idleMs } = await residenceOf(name);
      if (isBusy(model)) resident.usedAt = performance.now();
      else if (!pinned && performance.now() - resident.usedAt >= idleMs) {
        // Two who look at the same moment both find it; the second finds nothing to unload.
        await unload(name, 'nobody used it');
      }
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look()
      // Settings that cannot be read now are read at the next look.
      .catch((error: unknown) => log.warn({ error }, 'idle models were not looked for'))
      .finally(() => {
        looking = undefined;
      });
  }, lookMs).unref();

  return {
    admit: async (name, bytes) => {
      const [pinned, available] = await Promise.all([pinnedNames(), memory.available()]);
      // From here until the memory is set aside nothing is waited for: no two models are given the same.
      const residents = Array.from(held, (resident) => seen(resident, pinned));
      const admission = decideAdmission(name, bytes, { budget, available: available - SPARE_BYTES }, residents);
      if (admission.decision === 'refuse') throw new StudioError('INSUFFICIENT_MEMORY', admission.reason);
      const place: Held = { name, estimate: bytes, model: undefined, usedAt: performance.now() };
      held.add(place);
      await Promise.all(admission.evict.map((other) => unload(other, `its memory was needed for ${name}`)));
      return {
        taken: (model) => {
          place.model = model;
          place.usedAt = performance.now();
          void model.ended.then(() => held.delete(place));
        },
        leave: () => void held.delete(place),
      };
    },
    used: (name) => {
      for (const resident of held) if (resident.name === name) resident.usedAt = performance.now();
    },
    stop: () => clearInterval(timer),
  };
};
