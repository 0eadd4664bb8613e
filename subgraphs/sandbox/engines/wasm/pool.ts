import type { Flavour } from './host/protocol.ts';
import type { Host, HostSizes } from './host-process.ts';

const MIB = 1024 ** 2;

/** Hosts of one flavour that wait for a job, and of all. Each takes 90 to 170 MB. */
const MAX_IDLE = 2;
const MAX_IDLE_IN_ALL = 4;
/** A host that has waited so long is let go, and its memory with it. */
const IDLE_MS = 10 * 60_000;
const MAX_JOBS = 32;
/** By how much a host may have grown, over its jobs, and take another. */
const MAX_GROWTH_BYTES = 160 * MIB;
/** What waiting hosts can give a program. A job that may have more gets a host of its own. */
const COMMON: HostSizes = { memoryBytes: 1024 * MIB, diskBytes: 256 * MIB };

interface Member {
  readonly flavour: Flavour;
  /** Whose job it has run; null for one that has run none. */
  ownerId: string | null;
  readonly host: Promise<Host>;
  jobs: number;
  /** What it takes before its first job; null while it is started. */
  ownBytes: number | null;
  expiry: NodeJS.Timeout | null;
}

/** A host for one job, to be given back. */
export interface Lease {
  readonly host: Host;
  /** Once the job is over. A host that is spent is killed, and another started where none waits. */
  readonly giveBack: (outcome: 'reusable' | 'spent') => Promise<void>;
}

export interface HostPool {
  /** @throws Error when no host comes up */
  readonly take: (flavour: Flavour, sizes: HostSizes, ownerId: string) => Promise<Lease>;
  readonly close: () => Promise<void>;
}

/**
 * Keeps hosts warm: from the first job of a flavour on one waits that has run none, unless nobody has asked for ten
 * minutes. One that has run a job takes others of the same owner alone: a program that got out of WebAssembly would
 * see, and answer, whatever its host runs next.
 */
export const createHostPool = (start: (flavour: Flavour, sizes: HostSizes) => Promise<Host>): HostPool => {
  /** Those that wait, the longest first. */
  const idle: Member[] = [];
  const all = new Set<Member>();
  let isClosed = false;

  const launch = (flavour: Flavour, sizes: HostSizes): Member => {
    const member: Member = {
      flavour,
      ownerId: null,
      host: start(flavour, sizes),
      jobs: 0,
      ownBytes: null,
      expiry: null,
    };
    all.add(member);
    member.host.catch(() => all.delete(member));
    return member;
  };
  const letGo = async (member: Member): Promise<void> => {
    if (member.expiry !== null) clearTimeout(member.expiry);
    const host = await member.host.catch(() => null);
    await host?.close();
    all.delete(member);
  };
  /** Nothing when it does not wait any more. */
  const leave = (member: Member): void => {
    const at = idle.indexOf(member);
    if (at === -1) return;
    idle.splice(at, 1);
    void letGo(member);
  };
  const idleOf = (flavour: Flavour): readonly Member[] => idle.filter((member) => member.flavour === flavour);
  const park = (member: Member): void => {
    idle.push(member);
    member.expiry = setTimeout(() => leave(member), IDLE_MS).unref();
    // One that never comes up, or dies while it waits.
    member.host
      .then(({ process }) => process.ended)
      .then(
        () => leave(member),
        () => leave(member),
      );
    const [longest] = idle;
    if (idle.length > MAX_IDLE_IN_ALL && longest !== undefined) leave(longest);
  };

  return {
    take: async (flavour, sizes, ownerId) => {
      const isCommon = sizes.memoryBytes <= COMMON.memoryBytes && sizes.diskBytes <= COMMON.diskBytes;
      const waiting = isCommon ? idleOf(flavour) : [];
      const member =
        waiting.findLast((one) => one.ownerId === ownerId) ??
        waiting.findLast((one) => one.ownerId === null) ??
        launch(flavour, isCommon ? COMMON : sizes);
      member.ownerId = ownerId;
      if (idle.includes(member)) idle.splice(idle.indexOf(member), 1);
      if (member.expiry !== null) clearTimeout(member.expiry);
      member.expiry = null;
      const host = await member.host;
      member.jobs++;
      member.ownBytes ??= host.process.usage().memoryBytes;
      const { ownBytes } = member;
      const isFit = (): boolean =>
        isCommon &&
        !isClosed &&
        member.jobs < MAX_JOBS &&
        idleOf(flavour).length < MAX_IDLE &&
        host.process.usage().memoryBytes - ownBytes < MAX_GROWTH_BYTES;
      return {
        host,
        giveBack: async (outcome) => {
          if (outcome === 'reusable' && isFit()) park(member);
          else await letGo(member);
          if (!isClosed && idleOf(flavour).every((one) => one.ownerId !== null)) park(launch(flavour, COMMON));
        },
      };
    },
    close: async () => {
      isClosed = true;
      await Promise.all([...all].map(letGo));
    },
  };
};
