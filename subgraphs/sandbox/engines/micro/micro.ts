import { setTimeout as delay } from 'node:timers/promises';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Availability, Engine } from '../engine.ts';
import type { Driver } from './driver.ts';
import { createMicrosandboxDriver } from './microsandbox/driver.ts';
import { createQemuDriver, type QemuOptions } from './qemu/driver.ts';

/** A first template takes its time, for which nobody who only asks should wait. */
const LOOK_MS = 500;
const PREPARING: Choice = {
  outcome: 'none',
  availability: {
    outcome: 'unavailable',
    reason: 'The virtual machines are being prepared.',
    mend: 'Try again in a minute.',
  },
};

/** So long it is not looked again for a driver that was not there. */
const FORGIVEN_MS = 10_000;

/** The one driver that is used, or why there is none. */
type Choice =
  | { readonly outcome: 'chosen'; readonly driver: Driver; readonly availability: Availability }
  | { readonly outcome: 'none'; readonly availability: Extract<Availability, { outcome: 'unavailable' }> };

/** A driver that fails in an unforeseen way is none, and the next is asked. */
const probed = async (driver: Driver, again: boolean, log: Log): Promise<Availability> => {
  try {
    return await driver.probe(again);
  } catch (error) {
    log.warn({ error, driver: driver.name }, 'a driver of virtual machines failed');
    return {
      outcome: 'unavailable',
      reason: `The driver ${driver.name} failed.`,
      mend: 'See the log of the sandbox.',
    };
  }
};

const choose = async (drivers: readonly Driver[], again: boolean, log: Log): Promise<Choice> => {
  let last: Extract<Availability, { outcome: 'unavailable' }> = {
    outcome: 'unavailable',
    reason: 'There is no driver of virtual machines.',
    mend: 'Run `devstudio doctor`.',
  };
  const passedOver: string[] = [];
  for (const driver of drivers) {
    const found = await probed(driver, again, log);
    log.info({ driver: driver.name, ...found }, 'looked for virtual machines');
    if (found.outcome === 'available') {
      // Those before it would be better: why they are not used is worth knowing.
      return {
        outcome: 'chosen',
        driver,
        availability: { ...found, reductions: [...passedOver, ...found.reductions] },
      };
    }
    passedOver.push(`${driver.name} is not used: ${found.reason} ${found.mend}`);
    // The last is the one that needs the least: its mend is the one to follow.
    last = found;
  }
  return { outcome: 'none', availability: last };
};

/** The engine `micro` over some drivers, the best first. */
export const createEngineOf = (drivers: readonly Driver[], log: Log): Engine => {
  let chosen: Promise<Choice> | undefined;
  let lookedAt = 0;
  let slowdown = Math.max(...drivers.map((driver) => driver.slowdown));

  const find = async (again: boolean): Promise<Choice> => {
    const choice = await choose(drivers, again, log);
    if (choice.outcome === 'chosen') ({ slowdown } = choice.driver);
    lookedAt = performance.now();
    return choice;
  };

  let looking: Promise<Choice> | undefined;
  /** Looks again where there was no driver: the image may have come since. */
  const lookAgain = (): Promise<Choice> => {
    looking ??= find(true).then((choice) => {
      chosen = Promise.resolve(choice);
      looking = undefined;
      return choice;
    });
    return looking;
  };
  const isStale = ({ outcome }: Choice): boolean => outcome === 'none' && performance.now() - lookedAt > FORGIVEN_MS;

  return {
    name: 'micro',
    get slowdown() {
      return slowdown;
    },
    availability: async ({ again = false } = {}) => {
      if (again) chosen = find(again);
      const known = await (chosen ??= find(false));
      if (!isStale(known) && !looking) return known.availability;
      const { availability } = await Promise.race([lookAgain(), delay(LOOK_MS, PREPARING, { ref: false })]);
      return availability;
    },
    start: async (job) => {
      const known = await (chosen ??= find(false));
      const choice = isStale(known) ? await lookAgain() : known;
      if (choice.outcome === 'none') {
        const { reason, mend } = choice.availability;
        throw new StudioError('ENGINE_UNAVAILABLE', `${reason} ${mend}`);
      }
      return choice.driver.start(job);
    },
    stop: async () => {
      await chosen;
      await looking;
      await Promise.all(drivers.map((driver) => driver.stop()));
    },
  };
};

/** The engine `micro`: a virtual machine for each execution. */
export const createMicroEngine = (options: QemuOptions): Engine =>
  createEngineOf([createMicrosandboxDriver(options), createQemuDriver(options)], options.log);
