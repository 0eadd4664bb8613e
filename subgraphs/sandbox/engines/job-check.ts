import { StudioError } from '#mesh/errors.ts';
import { parseFilePath } from '../files/file-path.ts';
import type { Job } from './engine.ts';

/** A job that is none for an engine. */
export const refuse = (sentence: string, argument: string): StudioError =>
  new StudioError('BAD_USER_INPUT', sentence, { argument });

/**
 * Refuses what no engine can pass on: paths out of the working folder, and texts that end before they end.
 * @throws StudioError PATH_REFUSED, BAD_USER_INPUT
 */
export const checkJobTexts = ({ files, program, args, env }: Job): void => {
  const paths = [...files.map(({ path }) => path), ...(program.kind === 'shell' ? [] : [program.path])];
  for (const path of paths) {
    const verdict = parseFilePath(path);
    if (verdict.outcome === 'refused') throw new StudioError('PATH_REFUSED', `The path ${verdict.reason}.`);
  }
  if (args.some((argument) => argument.includes('\0'))) throw refuse('An argument holds a NUL.', 'args');
  for (const [name, value] of Object.entries(env)) {
    if (!/^[^=\0]+$/.test(name) || value.includes('\0')) throw refuse('A variable is not valid.', 'env');
  }
};
