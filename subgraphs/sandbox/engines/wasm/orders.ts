import { randomBytes } from 'node:crypto';
import { checkJobTexts, refuse } from '../job-check.ts';
import type { Job, JobFile, Language } from '../engine.ts';
import { PAGE_BYTES } from './host/memory.ts';
import type { Flavour, Order } from './host/protocol.ts';

const MARKER_BYTES = 32;
/** Of 32-bit addresses. */
const MOST_PAGES = 65_536;

const FLAVOURS: Readonly<Partial<Record<Language, Flavour>>> = { python: 'python', javascript: 'javascript' };

export interface Assignment {
  readonly flavour: Flavour;
  readonly order: Order;
  readonly marker: Buffer;
}

const fileOf = (files: readonly JobFile[], path: string): JobFile => {
  const file = files.find((each) => each.path === path);
  if (file === undefined) throw refuse(`There is no file ${path}.`, 'path');
  return file;
};

/**
 * What a host is told to do for a job.
 * @throws StudioError BAD_USER_INPUT, PATH_REFUSED when it is none for this engine
 */
export const assign = (job: Job): Assignment => {
  const { program, args, env, stdin, files } = job;
  checkJobTexts(job);
  if (job.terminal !== null) throw refuse('The engine wasm has no terminals.', 'engine');
  const marker = randomBytes(MARKER_BYTES);
  const mostPages = Math.min(MOST_PAGES, Math.floor(job.limits.memoryBytes / PAGE_BYTES));
  const parts = { marker, mostPages };
  const process = { args, env, stdin, files, keepsFiles: job.collect.length > 0 };
  switch (program.kind) {
    case 'shell':
      throw refuse('The engine wasm has no shells.', 'engine');
    case 'script': {
      const flavour = FLAVOURS[program.language];
      if (flavour === undefined) throw refuse(`The engine wasm does not know ${program.language}.`, 'engine');
      return {
        flavour,
        marker,
        order: { kind: 'script', path: fileOf(files, program.path).path, ...process, ...parts },
      };
    }
    case 'module': {
      const { path: name, bytes } = fileOf(files, program.path);
      const { invoke } = program;
      const order: Order =
        invoke === null
          ? { kind: 'command', name, bytes, ...process, ...parts }
          : { kind: 'invoke', name, bytes, function: invoke.function, args: invoke.args, ...parts };
      return { flavour: 'module', marker, order };
    }
  }
};
