import type { EngineName, Job } from '#subgraphs/sandbox/engines/engine.ts';
import { programOf, type ProgramName, type Tongue } from './programs.ts';

/** One tongue of one engine. */
export interface Subject {
  readonly name: string;
  readonly engine: EngineName;
  readonly tongue: Tongue;
  /** Programs that it without run, or need not, and why: rows with them are left out. */
  readonly without: Readonly<Partial<Record<ProgramName, string>>>;
}

const NO_PROCESSES = { signals: 'WASI has no signals', forks: 'WASI has no processes' } as const;

/** An emulated Node.js takes seconds to start; what the machine's agent does alone is the same for Python. */
const BY_PYTHON = 'the agent of the machine does this alone, and micro:python has tried it';

export const SUBJECTS: readonly Subject[] = [
  { name: 'run:python', engine: 'run', tongue: 'python', without: {} },
  { name: 'run:node', engine: 'run', tongue: 'node', without: {} },
  {
    name: 'run:bash',
    engine: 'run',
    tongue: 'bash',
    without: { forks: 'Bash tries a refused fork again for a quarter of a minute; its bomb is in the abuse suite' },
  },
  { name: 'wasm:python', engine: 'wasm', tongue: 'python', without: NO_PROCESSES },
  { name: 'wasm:javascript', engine: 'wasm', tongue: 'javascript', without: NO_PROCESSES },
  {
    name: 'wasm',
    engine: 'wasm',
    tongue: 'module',
    without: {
      ...NO_PROCESSES,
      lines: 'it is WebAssembly, whose text all other rows have',
      takes: 'its memory without grow beyond the limit, and it is told so; the abuse suite tries that',
      fills: "its files lie in its host's memory until they are collected, and count as that",
    },
  },
  { name: 'micro:python', engine: 'micro', tongue: 'python', without: {} },
  {
    name: 'micro:node',
    engine: 'micro',
    tongue: 'node',
    without: {
      lines: BY_PYTHON,
      bytes: BY_PYTHON,
      split: BY_PYTHON,
      loops: BY_PYTHON,
      floods: BY_PYTHON,
      exactly: BY_PYTHON,
      fills: BY_PYTHON,
      forks: BY_PYTHON,
    },
  },
];

const PATHS: Readonly<Record<Tongue, string>> = {
  python: 'main.py',
  node: 'main.cjs',
  bash: 'main.sh',
  javascript: 'main.js',
  module: 'main.wasm',
};

/**
 * How a subject runs a program.
 * @throws Error for a program that it does not have, which `without` should have said
 */
export const written = ({ name, tongue }: Subject, program: ProgramName): Pick<Job, 'program' | 'files'> => {
  const source = programOf(program, tongue);
  if (source === null) throw new Error(`${name} has no program ${program}`);
  const path = PATHS[tongue];
  return {
    program: tongue === 'module' ? { kind: 'module', path, invoke: null } : { kind: 'script', language: tongue, path },
    files: [{ path, bytes: Buffer.from(source) }],
  };
};
