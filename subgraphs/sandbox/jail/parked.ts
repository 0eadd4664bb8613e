import { prepareJail, type Failure, type JailParts, type JailShape, type PreparedJail } from './prepare.ts';

/** How many jails of one shape wait for their program. One that waits takes about 8 MB. */
const PARKED = 2;
/** Of how many shapes; the one that was asked for longest ago goes. */
const SHAPES = 3;

export type Taken = Failure | { readonly outcome: 'prepared'; readonly jail: PreparedJail };

/** Jails that are set up before they are needed: that takes as long as a Python program, and can be done between two. */
export interface ParkedJails {
  readonly take: (shape: JailShape) => Promise<Taken>;
  /** The machine has time: sets up what was taken. */
  readonly refill: (shape: JailShape) => void;
  readonly close: () => Promise<void>;
}

/** A descriptor is one program's, and so is the jail that gets it. */
const isCommon = (shape: JailShape): boolean => shape.descriptors.length === 0;

export const createParkedJails = (parts: JailParts): ParkedJails => {
  const parked = new Map<string, PreparedJail[]>();
  const preparing = new Set<Promise<void>>();
  let isClosed = false;

  const drop = async (jails: readonly PreparedJail[]): Promise<void> =>
    void (await Promise.all(jails.map((jail) => jail.giveUp())));
  const park = async (key: string, shape: JailShape): Promise<void> => {
    const prepared = await prepareJail(parts, shape);
    // Why none can be set up is said to who needs one.
    if (prepared.outcome === 'failed') return;
    const waiting = parked.get(key);
    if (isClosed || waiting === undefined || waiting.length >= PARKED) await prepared.jail.giveUp();
    else waiting.push(prepared.jail);
  };
  const follow = (work: Promise<void>): void => {
    const settled = work.catch(() => {}).finally(() => preparing.delete(settled));
    preparing.add(settled);
  };

  return {
    take: async (shape) => {
      const waiting = parked.get(JSON.stringify(shape)) ?? [];
      for (let jail = waiting.shift(); jail !== undefined; jail = waiting.shift()) {
        if (!jail.hasEnded()) return { outcome: 'prepared', jail };
        await jail.close();
      }
      return prepareJail(parts, shape);
    },
    refill: (shape) => {
      if (isClosed || !isCommon(shape)) return;
      const key = JSON.stringify(shape);
      const waiting = parked.get(key) ?? [];
      parked.delete(key);
      parked.set(key, waiting);
      const [oldest] = parked.keys();
      if (parked.size > SHAPES && oldest !== undefined) {
        follow(drop(parked.get(oldest) ?? []));
        parked.delete(oldest);
      }
      if (waiting.length < PARKED) follow(park(key, shape));
    },
    close: async () => {
      isClosed = true;
      await Promise.all(preparing);
      await drop([...parked.values()].flat());
    },
  };
};
