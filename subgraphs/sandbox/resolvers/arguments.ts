import type { WriteFileInput } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import { flawOfLine } from '#mesh/one-line.ts';
import { decodeContent } from '../files/file-content.ts';
import { parseFilePath, type FilePath } from '../files/file-path.ts';

/** @throws StudioError PATH_REFUSED saying which rule the path breaks */
export const filePathOf = (text: string, argument = 'path'): FilePath => {
  const verdict = parseFilePath(text);
  if (verdict.outcome === 'refused') {
    throw new StudioError('PATH_REFUSED', `The path ${verdict.reason}.`, { argument });
  }
  return verdict.path;
};

/** @throws StudioError SIZE_REFUSED, BAD_USER_INPUT */
export const bytesOf = ({ content, encoding = 'UTF8' }: Pick<WriteFileInput, 'content' | 'encoding'>): Buffer => {
  const verdict = decodeContent(content, encoding);
  if (verdict.outcome === 'accepted') return verdict.bytes;
  throw verdict.outcome === 'too large'
    ? new StudioError('SIZE_REFUSED', undefined, { argument: 'content' })
    : new StudioError('BAD_USER_INPUT', `The content ${verdict.reason}.`, { argument: 'content' });
};

/** @throws StudioError BAD_USER_INPUT when it can be no version */
export const conditionOf = ({ ifVersion }: { readonly ifVersion?: string | null }): string | null => {
  if (ifVersion === undefined || ifVersion === null) return null;
  if (ifVersion !== '' && !/^[0-9a-f]{64}$/.test(ifVersion)) {
    throw new StudioError(
      'BAD_USER_INPUT',
      'ifVersion is the version of a file (64 hexadecimal digits), or the empty text for no file.',
      { argument: 'ifVersion' },
    );
  }
  return ifVersion;
};

/** The id of an agent's run; null where it is the user. @throws StudioError BAD_USER_INPUT */
export const agentOf = (agent: string | null | undefined): string | null => {
  if (agent === undefined || agent === null) return null;
  if (/^[\w-]{1,64}$/.test(agent)) return agent;
  throw new StudioError('BAD_USER_INPUT', 'agent is the id of a run.', { argument: 'agent' });
};

/** How many of a list. @throws StudioError BAD_USER_INPUT */
export const countOf = (first: number, most: number): number => {
  if (first >= 1 && first <= most) return first;
  throw new StudioError('BAD_USER_INPUT', `first is from 1 to ${most}.`, { argument: 'first' });
};

const MAX_LINE_CHARACTERS = 200;

/** A name or a title. @throws StudioError BAD_USER_INPUT */
export const lineOf = (text: string, argument: string): string => {
  const line = text.trim().normalize('NFC');
  const flaw =
    Array.from(line).length > MAX_LINE_CHARACTERS ? `is over ${MAX_LINE_CHARACTERS} characters` : flawOfLine(line);
  if (flaw === null) return line;
  throw new StudioError('BAD_USER_INPUT', `The ${argument} ${flaw}.`, { argument });
};
