import type { Job } from '../engine.ts';
import { checkJobTexts, refuse } from '../job-check.ts';
import { isGuestLanguage, type GuestJob, type GuestLanguage } from './job.ts';

const MEBIBYTE = 1024 ** 2;
/** What a machine needs for itself: its kernel and the agent. */
const KERNEL_MB = 112;

export type Plan = { readonly language: GuestLanguage; readonly job: GuestJob };

/**
 * Node takes a share of all memory it sees for its objects; here that is the job's. The rest of its processes needs
 * about as much as is left.
 */
const nodeOptions = (memoryBytes: number): readonly string[] => [
  `--max-old-space-size=${Math.max(16, Math.floor((memoryBytes / MEBIBYTE) * 0.75))}`,
];

const environment = (job: Job): Readonly<Record<string, string>> => ({
  PATH: '/usr/bin:/bin',
  HOME: '/workspace',
  LANG: 'C.UTF-8',
  TMPDIR: '/tmp',
  // Unbuffered, so that lines are seen when they are printed.
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
  NODE_REPL_HISTORY: '',
  ...(job.terminal === null ? {} : { TERM: 'xterm-256color' }),
  ...job.env,
});

/** A file whose name begins with a dash is no option. */
const asOperand = (path: string): string => (path.startsWith('-') ? `./${path}` : path);

/**
 * Decides how a machine runs a job.
 * @param memoryMb of the machine; a job that may have more has what is left of it
 * @throws StudioError BAD_USER_INPUT or PATH_REFUSED for a job that is none of this engine
 */
export const planJob = (job: Job, memoryMb: number): Plan => {
  const { program } = job;
  checkJobTexts(job);
  if (program.kind === 'module') throw refuse('The engine micro takes scripts, not WebAssembly.', 'engine');
  if (!isGuestLanguage(program.language)) {
    throw refuse('The engine micro knows python and node.', 'engine');
  }
  if (program.kind === 'shell' && job.terminal === null) {
    throw refuse('A shell needs a terminal.', 'engine');
  }
  const memoryBytes = Math.min(job.limits.memoryBytes, (memoryMb - KERNEL_MB) * MEBIBYTE);
  const { language } = program;
  const interpreter = language === 'python' ? ['/usr/bin/python3'] : ['/usr/bin/node', ...nodeOptions(memoryBytes)];
  const script = program.kind === 'script' ? [asOperand(program.path), ...job.args] : ['-i', ...job.args];
  const { cpuMs, processes, diskBytes } = job.limits;
  return {
    language,
    job: {
      argv: [...interpreter, ...script],
      env: environment(job),
      limits: { cpuMs, memoryBytes, processes, diskBytes },
      terminal: job.terminal,
      collect: job.collect.length > 0,
    },
  };
};
