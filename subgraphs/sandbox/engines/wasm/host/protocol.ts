/*
 * What the service and a host in its jail say to each other over the socket at descriptor 3. Orders are a length of four
 * bytes and V8's serialisation; reports are lines of JSON, since the service trusts nothing that comes out of a jail.
 */

/** What a host is warm for. */
export type Flavour = 'module' | 'python' | 'javascript';

export interface OrderFile {
  /** Relative to the working folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

interface OrderParts {
  /** Written to both streams after the program's last byte. The program cannot know it. */
  readonly marker: Uint8Array;
  /** How large the program's memory may become. */
  readonly mostPages: number;
}

interface Process {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: Uint8Array;
  readonly files: readonly OrderFile[];
  /** Whether what it leaves behind is to stay in the jail's working folder. The host then takes no other order. */
  readonly keepsFiles: boolean;
}

/** A WASI command. */
export interface CommandOrder extends OrderParts, Process {
  readonly kind: 'command';
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One call of one exported function. */
export interface InvokeOrder extends OrderParts {
  readonly kind: 'invoke';
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly function: string;
  readonly args: readonly (number | string)[];
}

/** A script in the language of the host's flavour. */
export interface ScriptOrder extends OrderParts, Process {
  readonly kind: 'script';
  readonly path: string;
}

export type Order = CommandOrder | InvokeOrder | ScriptOrder;

/** How a job ended. */
export interface Ending {
  readonly exitCode: number;
  /** Whether it failed with its memory as large as it may be. */
  readonly isMemoryFull: boolean;
  /** Whether its files did not fit into the working folder. */
  readonly isDiskFull: boolean;
  /** Whether the host can take no other job. */
  readonly isBroken: boolean;
}

export type Report = { readonly kind: 'ready' } | ({ readonly kind: 'ended' } & Ending);

/** As command lines have it: of a program that could not be run, and of one that trapped. */
export const EXIT = { notRun: 1, trapped: 134 } as const;

export const ended = (exitCode: number, more: Partial<Ending> = {}): Ending => ({
  exitCode,
  isMemoryFull: false,
  isDiskFull: false,
  isBroken: false,
  ...more,
});
