import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Job, Language, TerminalSize } from '../engine.ts';
import { decodeFile, encodeFile, FrameError } from './frames.ts';
import type { LeftFile } from './collection.ts';
import type { Agent } from './agent.ts';

/** What a machine is asked to run, after the engine's job was read. */
export interface GuestJob {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Pick<Job['limits'], 'cpuMs' | 'memoryBytes' | 'processes' | 'diskBytes'>;
  readonly terminal: TerminalSize | null;
  /** Whether it is asked for files that it leaves behind. */
  readonly collect: boolean;
}

const MEBIBYTE = 1024 ** 2;
const STDIN_CHUNK = 64 * 1024;
const ENTROPY_BYTES = 64;

/** Hands a machine its job, with chance and time of its own: machines of one template have the same of both. */
export const sendJob = async (
  agent: Agent,
  job: GuestJob,
  files: Job['files'] = [],
  stdin: Uint8Array = new Uint8Array(),
): Promise<void> => {
  const order = { ...job, nowMs: Date.now(), entropy: randomBytes(ENTROPY_BYTES).toString('hex') };
  await agent.send('J', JSON.stringify(order));
  for (const { path, bytes } of files) await agent.send('F', encodeFile(path, bytes));
  for (let at = 0; at < stdin.length; at += STDIN_CHUNK) await agent.send('I', stdin.subarray(at, at + STDIN_CHUNK));
  await agent.send('G');
};

const Ended = z.object({
  exitCode: z.int().min(0).max(255).nullable(),
  /** Its number. */
  signal: z.int().min(1).max(64).nullable(),
  wallMs: z.number().nonnegative(),
  cpuMs: z.number().nonnegative(),
  peakMemoryBytes: z.number().nonnegative(),
  memoryExceeded: z.boolean(),
  cpuExceeded: z.boolean(),
  diskFull: z.boolean(),
});
/** How a program ended, as its machine tells it. */
export type Ended = z.infer<typeof Ended>;

const Left = z.array(z.tuple([z.string(), z.number().nonnegative()])).max(1_000);
const Listed = z.object({ complete: z.boolean() });

export type GuestEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Buffer }
  | { readonly kind: 'ended'; readonly ended: Ended }
  | { readonly kind: 'file'; readonly path: string; readonly bytes: Buffer }
  /** Files that the program left, some of them. */
  | { readonly kind: 'left'; readonly files: readonly LeftFile[] }
  /** There are no more, or the machine has stopped looking: `sendChoice` is awaited. */
  | { readonly kind: 'listed'; readonly complete: boolean }
  | { readonly kind: 'done' };

const parsed = <T>(schema: z.ZodType<T>, payload: Buffer): T => {
  try {
    return schema.parse(JSON.parse(payload.toString()));
  } catch (error) {
    throw new FrameError('the machine tells what has no meaning', { cause: error });
  }
};

/**
 * What a machine tells of its job next.
 * @returns null when the machine is gone
 * @throws FrameError where it does not keep to what was agreed
 */
export const nextEvent = async (agent: Agent): Promise<GuestEvent | null> => {
  const frame = await agent.next();
  if (frame === null) return null;
  const { kind, payload } = frame;
  switch (kind) {
    case 'S':
      return { kind: 'started' };
    case 'O':
      return { kind: 'output', stream: 'stdout', bytes: payload };
    case 'X':
      return { kind: 'output', stream: 'stderr', bytes: payload };
    case 'Z':
      return { kind: 'ended', ended: parsed(Ended, payload) };
    case 'D':
      return { kind: 'done' };
    case 'L':
      return { kind: 'left', files: parsed(Left, payload).map(([path, bytes]) => ({ path, bytes })) };
    case 'E':
      return { kind: 'listed', ...parsed(Listed, payload) };
    case 'F': {
      const file = decodeFile(payload);
      if (file !== undefined) return { kind: 'file', ...file };
    }
  }
  throw new FrameError('the machine sends an unknown frame');
};

/** Asks for files that were listed. */
export const sendChoice = (agent: Agent, paths: readonly string[]): Promise<void> =>
  agent.send('P', JSON.stringify(paths));

/** The smallest program of each language, from stdin so that it leaves no file: what comes after it begins faster. */
const IDLE = {
  python: { argv: ['/usr/bin/python3', '-'], code: 'print()' },
  node: { argv: ['/usr/bin/node', '-'], code: 'console.log()' },
} as const;

export type GuestLanguage = keyof typeof IDLE;
export const isGuestLanguage = (language: Language): language is GuestLanguage => Object.hasOwn(IDLE, language);

/**
 * Runs the smallest program, so that the machine has read and translated what all programs of its language need.
 * @throws FrameError where it does not end well
 */
export const warm = async (agent: Agent, language: GuestLanguage): Promise<void> => {
  const limits = { cpuMs: 120_000, memoryBytes: 256 * MEBIBYTE, processes: 64, diskBytes: 16 * MEBIBYTE };
  const { argv, code } = IDLE[language];
  await sendJob(agent, { argv, env: {}, limits, terminal: null, collect: false }, [], Buffer.from(code));
  for (;;) {
    const event = await nextEvent(agent);
    if (event === null || (event.kind === 'ended' && event.ended.exitCode !== 0)) {
      throw new FrameError('the machine does not run programs');
    }
    if (event.kind === 'done') return;
  }
};
