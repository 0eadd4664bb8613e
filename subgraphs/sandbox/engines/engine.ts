/**
 * What every engine is to those who start executions: `run` (namespaces), `wasm` and `micro` (virtual machines) look
 * the same from here, and one suite of tests holds them to it.
 */

export type EngineName = 'run' | 'wasm' | 'micro';

export type Language = 'python' | 'node' | 'bash' | 'javascript';

export type Program =
  /** A file of the job in one of the engine's languages. */
  | { readonly kind: 'script'; readonly language: Language; readonly path: string }
  /** A WebAssembly file of the job, binary or as text: its command, or one exported function with numbers. */
  | { readonly kind: 'module'; readonly path: string; readonly invoke: Invocation | null }
  /** An interactive shell; only with a terminal. */
  | { readonly kind: 'shell'; readonly language: Language };

export interface Invocation {
  readonly function: string;
  /** Numbers, or whole numbers as text where they are 64 bits wide. */
  readonly args: readonly (number | string)[];
}

export interface JobFile {
  /** Relative to the working folder, as `file-path.ts` allows it. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What one execution may use. Each engine holds all of them, or says in its result which it could not. */
export interface Limits {
  /** From the start of the program to its end. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of all processes together, and of what they wrote to the working folder where that lies in memory. */
  readonly memoryBytes: number;
  readonly processes: number;
  /** Of stdout and stderr together. */
  readonly outputBytes: number;
  /** Of the working folder and the temporary one, each. */
  readonly diskBytes: number;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface Job {
  /** The execution's id, a UUID. */
  readonly id: string;
  /** Whose it is: what an engine keeps of one owner's job never serves another's. Those without one are one owner's. */
  readonly ownerId?: string;
  readonly program: Program;
  readonly args: readonly string[];
  /** All of stdin; its end follows. Of a job with a terminal there is none: `Run.write` is its input. */
  readonly stdin: Uint8Array;
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly JobFile[];
  readonly limits: Limits;
  /** Patterns (`*`, `**`, `?`) of files that the program leaves behind and the result brings back. */
  readonly collect: readonly string[];
  /** Runs the program in a terminal of this size. */
  readonly terminal: TerminalSize | null;
}

/** How an execution ended. Whatever a program does is one of these, and never an error. */
export type Status =
  | 'SUCCEEDED'
  /** It ended with a code other than 0. */
  | 'FAILED'
  | 'SIGNALED'
  | 'TIMED_OUT'
  | 'CPU_EXCEEDED'
  | 'MEMORY_EXCEEDED'
  | 'OUTPUT_EXCEEDED'
  | 'DISK_EXCEEDED'
  | 'CANCELLED'
  /** The engine broke; the program is not to blame, and `message` says what happened. */
  | 'ENGINE_FAILED';

export interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

export interface Result {
  readonly status: Status;
  /** Null when it was ended by a signal or never ran. */
  readonly exitCode: number | null;
  /** For example `SIGKILL`. */
  readonly signal: string | null;
  readonly wallMs: number;
  /** Null where the engine cannot tell. */
  readonly cpuMs: number | null;
  readonly peakMemoryBytes: number | null;
  /** All that the program wrote, delivered or not. */
  readonly totals: { readonly stdout: number; readonly stderr: number };
  /** Whether some of it was not delivered. */
  readonly truncated: { readonly stdout: boolean; readonly stderr: boolean };
  /** What `collect` matched, by path. Bounded in count and size; `message` says what was left out. */
  readonly files: readonly JobFile[];
  /** One sentence where the status alone does not tell enough; null otherwise. */
  readonly message: string | null;
}

/** One execution. */
export interface Run {
  /** The program's output in its order, for one reader; a reader that waits makes the program wait. It ends before `result` answers. */
  readonly output: AsyncIterable<Output>;
  /** Never rejects. */
  readonly result: Promise<Result>;
  /** Kills all processes of the execution; the status becomes CANCELLED. Repeating it changes nothing. */
  cancel(): void;
  /** Types into the terminal; resolves once that is taken. Without a terminal it does nothing. */
  write(bytes: Uint8Array): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
}

export type Availability =
  | {
      readonly outcome: 'available';
      /** What stands behind the engine, for example `bubblewrap 0.8.0` or `qemu-tcg`. */
      readonly driver: string;
      /** What holds the program, for example `namespaces+seccomp` or `emulated-vm+namespaces`. */
      readonly isolation: string;
      readonly languages: readonly Language[];
      /** Limits that this host cannot hold exactly, each as one sentence. */
      readonly reductions: readonly string[];
    }
  | {
      readonly outcome: 'unavailable';
      /** One sentence: what is missing. */
      readonly reason: string;
      /** One sentence: what to do about it. */
      readonly mend: string;
    };

export interface Engine {
  readonly name: EngineName;
  /** By how much longer a program takes here than on the host, which the limits of time are multiplied by. */
  readonly slowdown: number;
  /** Probed once, in the background, and kept; `again` probes anew. */
  availability(options?: { readonly again?: boolean }): Promise<Availability>;
  /**
   * Starts a job.
   * @throws StudioError ENGINE_UNAVAILABLE with reason and mend; BAD_USER_INPUT when the job is none for this engine
   */
  start(job: Job): Promise<Run>;
  /** Kills what runs, removes what it left, and ends. */
  stop(): Promise<void>;
}
