import type { Flavour } from './host/protocol.ts';
import type { Host, HostSizes } from './host-process.ts';

/** Of each flavour, hosts that wait for a job. */
const MAX_IDLE = 2;
/** A host that has waited so long is let go, and its memory with it. */
const IDLE_MS = 10 * 60_000;
const MAX_JOBS = 32;
/** By how much a host may have grown, over its jobs, and take another. */
const MAX_GROWTH_BYTES = 160 * 1024 ** 2;

const MIB = 1024 ** 2;
/** What waiting hosts can give a program. A job that may have more gets a host of its own. */
const COMMON: HostSizes = { memoryBytes: 1024 * MIB, diskBytes: 256 * MIB };

interface Waiting {
  readonly host: Promise<Host>;
  jobs: number;
  /** Null while the host is started. */
  ownBytes: number | null;
  expiry: NodeJS.Timeout | null;
}

/** A host for one job, to be given back. */
export interface Lease {
  readonly host: Host;
  /** Once it is free again, or dead. */
  readonly giveBack: (outcome: 'reusable' | 'spent') => Promise<void>;
}

export interface HostPool {
  /** @throws Error when no host comes up */
  readonly take: (flavour: Flavour, sizes: HostSizes) => Promise<Lease>;
  readonly close: () => Promise<void>;
}

/** Keeps hosts warm: from the first job of a flavour on there is one, unless nobody has asked for ten minutes. */
export const createHostPool = (start: (flavour: Flavour, sizes: HostSizes) => Promise<Host>): HostPool => {
  const idle = new Map<Flavour, Waiting[]>();
  const all = new Set<Waiting>();
  let isClosed = false;

  const idleOf = (flavour: Flavour): Waiting[] => {
    const list = idle.get(flavour) ?? [];
    idle.set(flavour, list);
    return list;
  };
  const launch = (flavour: Flavour, sizes: HostSizes): Waiting => {
    const waiting: Waiting = { host: start(flavour, sizes), jobs: 0, ownBytes: null, expiry: null };
    all.add(waiting);
    waiting.host.catch(() => all.delete(waiting));
    return waiting;
  };
  const letGo = async (waiting: Waiting): Promise<void> => {
    if (waiting.expiry !== null) clearTimeout(waiting.expiry);
    const host = await waiting.host.catch(() => null);
    await host?.close();
    all.delete(waiting);
  };
  const park = (flavour: Flavour, waiting: Waiting): void => {
    const list = idleOf(flavour);
    list.push(waiting);
    const leave = (): void => {
      const at = list.indexOf(waiting);
      if (at !== -1) list.splice(at, 1);
      void letGo(waiting);
    };
    waiting.expiry = setTimeout(leave, IDLE_MS).unref();
    // One that dies while it waits, or never comes up.
    waiting.host
      .then(({ process }) => process.ended)
      .then(
        () => list.includes(waiting) && leave(),
        () => list.includes(waiting) && leave(),
      );
  };
  const refill = (flavour: Flavour): void => {
    if (!isClosed && idleOf(flavour).length === 0) park(flavour, launch(flavour, COMMON));
  };

  return {
    take: async (flavour, sizes) => {
      const isCommon = sizes.memoryBytes <= COMMON.memoryBytes && sizes.diskBytes <= COMMON.diskBytes;
      const waiting = (isCommon ? idleOf(flavour).pop() : undefined) ?? launch(flavour, isCommon ? COMMON : sizes);
      if (waiting.expiry !== null) clearTimeout(waiting.expiry);
      waiting.expiry = null;
      const host = await waiting.host;
      waiting.jobs++;
      waiting.ownBytes ??= host.process.usage().memoryBytes;
      return {
        host,
        giveBack: async (outcome) => {
          const isFit =
            outcome === 'reusable' &&
            isCommon &&
            !isClosed &&
            waiting.jobs < MAX_JOBS &&
            host.process.usage().memoryBytes - (waiting.ownBytes ?? 0) < MAX_GROWTH_BYTES &&
            idleOf(flavour).length < MAX_IDLE;
          if (isFit) park(flavour, waiting);
          else await letGo(waiting);
          refill(flavour);
        },
      };
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...all].map(letGo));
    },
  };
};
