import type { Job, Language, Limits, Result } from '#subgraphs/sandbox/engines/engine.ts';

/** Things of the host that no program may reach. */
export interface Canaries {
  /** Of a server on the host's loopback, which answers `text`. */
  readonly port: number;
  /** Of the same on a socket without a file, and on one with. */
  readonly abstractSocket: string;
  readonly socketFile: string;
  /** What must never be read: it is in this process's environment as well. */
  readonly text: string;
}

export interface Seen {
  readonly result: Result;
  readonly stdout: string;
  readonly stderr: string;
}

type Code = string | ((canaries: Canaries) => string);

interface Attempt {
  readonly code: Code;
  readonly limits?: Partial<Limits>;
  readonly job?: Partial<Pick<Job, 'args' | 'collect' | 'env' | 'files' | 'program' | 'stdin'>>;
  readonly holds: (seen: Seen) => boolean;
}

/** Something bad that a program may try, and the nearest thing that it must be able to do. */
export interface Abuse {
  readonly name: string;
  /** `module` is WebAssembly as text. */
  readonly language: Language | 'module';
  readonly attack: Attempt;
  readonly twin?: Attempt;
}

/** Holds when the program says exactly this. */
export const says =
  (text: string) =>
  ({ stdout, result }: Seen): boolean =>
    stdout.trim() === text && result.status === 'SUCCEEDED';

export const endsAs =
  (...statuses: readonly Result['status'][]) =>
  ({ result }: Seen): boolean =>
    statuses.includes(result.status);
