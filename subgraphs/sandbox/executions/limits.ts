import { StudioError } from '#mesh/errors.ts';
import type { Role } from '#mesh/identity.ts';
import type { Limits } from '../engines/engine.ts';

const MIB = 1024 ** 2;

/** What a request asks for; the standard where it says nothing. */
export interface LimitsAsked {
  readonly timeoutMs?: number | null;
  readonly cpuMs?: number | null;
  readonly memoryMb?: number | null;
  readonly processes?: number | null;
  readonly outputBytes?: number | null;
  readonly diskMb?: number | null;
}

type Bounds = Readonly<Record<keyof LimitsAsked, number>>;

/** Less than this starts no interpreter. */
const LEAST: Bounds = { timeoutMs: 10, cpuMs: 10, memoryMb: 16, processes: 1, outputBytes: 0, diskMb: 1 };
const STANDARD: Omit<Bounds, 'cpuMs'> = {
  timeoutMs: 10_000,
  memoryMb: 256,
  processes: 64,
  outputBytes: MIB,
  diskMb: 128,
};
/** Of time by default: a program may use two processors all the while. */
const STANDARD_PROCESSORS = 2;

const MOST: Readonly<Record<Role, Bounds>> = {
  ADMIN: {
    timeoutMs: 120_000,
    cpuMs: 480_000,
    memoryMb: 2_048,
    processes: 512,
    outputBytes: 4 * MIB,
    diskMb: 1_024,
  },
  DEVELOPER: {
    timeoutMs: 60_000,
    cpuMs: 120_000,
    memoryMb: 512,
    processes: 128,
    outputBytes: 2 * MIB,
    diskMb: 256,
  },
  // The scope code:run keeps viewers out; were they ever let in, then with the least.
  VIEWER: LEAST,
};

/**
 * The limits that hold for an execution: what is asked for, at most what the role may have.
 * @param slowdown of the engine: times are those of the host, and stretched by it
 * @throws StudioError BAD_USER_INPUT for a limit that is no positive number
 */
export const limitsOf = (role: Role, asked: LimitsAsked, slowdown: number): Limits => {
  const most = MOST[role];
  const limit = (name: keyof LimitsAsked, standard: number): number => {
    const wanted = asked[name] ?? standard;
    if (wanted < 0 || (wanted === 0 && name !== 'outputBytes')) {
      throw new StudioError('BAD_USER_INPUT', `${name} is a positive number.`, { argument: name });
    }
    return Math.max(LEAST[name], Math.min(most[name], wanted));
  };
  const timeoutMs = limit('timeoutMs', STANDARD.timeoutMs);
  return {
    wallMs: Math.round(timeoutMs * slowdown),
    cpuMs: Math.round(limit('cpuMs', timeoutMs * STANDARD_PROCESSORS) * slowdown),
    memoryBytes: limit('memoryMb', STANDARD.memoryMb) * MIB,
    processes: limit('processes', STANDARD.processes),
    outputBytes: limit('outputBytes', STANDARD.outputBytes),
    diskBytes: limit('diskMb', STANDARD.diskMb) * MIB,
  };
};
