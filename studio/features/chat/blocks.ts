import { marked } from 'marked';

/** A fence whose line is not whole: which language it opens, or whether it is a fence at all, comes with the next piece. */
const UNFINISHED_FENCE = /(^|\n)(?:```[^\n`]*|`{1,2})$/;

/** What of a growing Markdown text is shown: not a fence that would be read as something else a moment later. */
export const shownOf = (text: string): string => text.replace(UNFINISHED_FENCE, '$1');

/**
 * Blocks at the end that later text may still change: the last one grows, and it may turn out to belong to the one
 * before, as the `1` of a list's next number does. Blank lines between them do not count.
 */
const OPEN_BLOCKS = 2;

const closedCount = (blocks: readonly string[]): number => {
  let open = 0;
  for (let at = blocks.length - 1; at >= 0; at -= 1) {
    if (blocks[at]?.trim()) open += 1;
    if (open === OPEN_BLOCKS) return at;
  }
  return 0;
};

/**
 * Makes a function that splits a growing Markdown text into its top-level blocks. Only what follows the last finished
 * block is read again, so that the work for a whole answer stays linear, and finished blocks keep their identity.
 */
export const createBlockLexer = (): ((text: string) => readonly string[]) => {
  let finished: readonly string[] = [];
  let prefix = '';
  return (text) => {
    if (!text.startsWith(prefix)) {
      finished = [];
      prefix = '';
    }
    const rest = text.slice(prefix.length);
    const open = marked.lexer(rest).map(({ raw }) => raw);
    const closed = open.slice(0, closedCount(open));
    const read = closed.join('');
    // The lexer reads some line ends as others; a block whose own text is not what stands there is read again.
    if (closed.length === 0 || !rest.startsWith(read)) return [...finished, ...open];
    finished = [...finished, ...closed];
    prefix += read;
    return [...finished, ...open.slice(closed.length)];
  };
};
