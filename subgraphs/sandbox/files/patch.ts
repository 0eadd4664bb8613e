import { createTwoFilesPatch } from 'diff';
import { StudioError } from '#mesh/errors.ts';

/** How long a difference may be looked for; two files that have nothing in common take longest. */
const DIFF_MS = 500;

interface Side {
  readonly text: string;
  /** Stands beside the path in the patch's head. */
  readonly label: string;
}

/**
 * The difference of two texts as a unified patch.
 * @throws StudioError TIMEOUT when the two have too little in common
 */
export const patchOf = (path: string, before: Side, after: Side): string => {
  const limit = { timeout: DIFF_MS };
  const patch = createTwoFilesPatch(path, path, before.text, after.text, before.label, after.label, limit);
  if (patch === undefined) throw new StudioError('TIMEOUT', 'The two contents have too little in common to compare.');
  return patch;
};
