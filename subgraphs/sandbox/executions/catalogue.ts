import { setTimeout as sleep } from 'node:timers/promises';
import { StudioError } from '#mesh/errors.ts';
import type { Engines } from '../engines/engines.ts';
import type { Availability, Engine } from '../engines/engine.ts';
import { engineChoices, engineNames, meaningsOf, nameOf, type EngineChoice } from './engine-names.ts';

/** An engine that this host has, for one request. */
export interface FoundEngine {
  readonly choice: EngineChoice;
  readonly engine: Engine;
  readonly driver: string;
  readonly isolation: string;
}

/** One engine as clients see it. */
export interface EngineEntry {
  readonly name: string;
  readonly slowdown: number;
  readonly availability: Availability;
}

export interface Catalogue {
  /** Every engine, whether or not it can be used here. */
  list(): Promise<readonly EngineEntry[]>;
  /**
   * The best engine that a name may mean here.
   * @throws StudioError BAD_USER_INPUT for a name that means nothing, ENGINE_UNAVAILABLE with reason and mend
   */
  find(name: string): Promise<FoundEngine>;
}

const MISSING: Availability = {
  outcome: 'unavailable',
  reason: 'This studio is built without it.',
  mend: 'Use another engine.',
};

/** An engine whose first probe takes longer than this is shown as one that is not there yet. */
const PATIENCE_MS = 5_000;
const PROBED: Availability = {
  outcome: 'unavailable',
  reason: 'It is being tried out at the moment.',
  mend: 'Ask again in a little while.',
};

const knows = (availability: Availability, choice: EngineChoice): Availability => {
  if (availability.outcome === 'unavailable' || choice.kind === 'module') return availability;
  return availability.languages.includes(choice.language)
    ? availability
    : {
        outcome: 'unavailable',
        reason: `There is no ${choice.language} for the engine ${choice.engine} here.`,
        mend: `Install ${choice.language} on the host of the sandbox.`,
      };
};

export const createCatalogue = ({ all }: Pick<Engines, 'all'>): Catalogue => {
  const look = async (choice: EngineChoice): Promise<Availability> => {
    const engine = all.get(choice.engine);
    return engine ? knows(await engine.availability(), choice) : MISSING;
  };
  return {
    list: () =>
      Promise.all(
        engineChoices().map(async (choice) => ({
          name: nameOf(choice),
          slowdown: all.get(choice.engine)?.slowdown ?? 1,
          availability: await Promise.race([look(choice), sleep(PATIENCE_MS, PROBED, { ref: false })]),
        })),
      ),
    find: async (name) => {
      const meanings = meaningsOf(name);
      if (meanings.length === 0) {
        throw new StudioError('BAD_USER_INPUT', `There is no such engine; there are ${engineNames().join(', ')}.`, {
          argument: 'engine',
        });
      }
      const reasons: string[] = [];
      for (const choice of meanings) {
        const engine = all.get(choice.engine);
        const availability = await look(choice);
        if (engine && availability.outcome === 'available') {
          const { driver, isolation } = availability;
          return { choice, engine, driver, isolation };
        }
        if (availability.outcome === 'unavailable') reasons.push(`${availability.reason} ${availability.mend}`);
      }
      throw new StudioError('ENGINE_UNAVAILABLE', reasons[0]);
    },
  };
};
