import type { Bind } from '../../jail/jail.ts';
import type { Language } from '../engine.ts';

/** How one language is run in the jail. */
export interface Runtime {
  readonly binds: readonly Bind[];
  /** The interpreter with its own options. */
  readonly script: (memoryBytes: number) => readonly [string, ...string[]];
  readonly shell: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

const NODE = '/opt/node/bin/node';
const MIB = 1024 ** 2;

/** Of a program's memory, what V8's old generation may take; the rest is for buffers, code and threads. */
const HEAP_SHARE = 0.75;

export const nodeRuntime = (source: string): Runtime => ({
  binds: [{ source, target: NODE, access: 'read' }],
  // V8 would take its bounds from the host's memory, and learn of the jail's by being killed.
  script: (memoryBytes) => [NODE, `--max-old-space-size=${Math.max(16, Math.floor((memoryBytes / MIB) * HEAP_SHARE))}`],
  shell: [NODE, '--interactive'],
  env: { NODE_REPL_HISTORY: '' },
});

export const pythonRuntime = (program: string): Runtime => ({
  binds: [],
  script: () => [program],
  shell: [program, '-i'],
  // Unbuffered, so that lines are seen when they are printed and none is lost with a killed program.
  env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
});

export const bashRuntime = (program: string): Runtime => ({
  binds: [],
  script: () => [program],
  shell: [program, '--noprofile', '--norc', '-i'],
  env: {},
});

export type Runtimes = ReadonlyMap<Language, Runtime>;
