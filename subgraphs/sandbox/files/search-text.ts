import { isUtf8 } from 'node:buffer';

/** What is looked for. */
export interface Pattern {
  readonly text: string;
  readonly isRegex: boolean;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
}

/** A place in a line. */
export interface Match {
  /** Counted from 1, as the column, which counts UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** The line, or what of a long one is around the match. */
  readonly text: string;
  /** Where the match is in `text`, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export interface Matches {
  readonly matches: readonly Match[];
  /** Whether there are more than were asked for. */
  readonly isCut: boolean;
}

/** How much of a line is shown, and how much of that before the match, in UTF-16 units. */
const SHOWN = 300;
const BEFORE = 60;

const LETTER = String.raw`[\p{L}\p{N}_]`;

/**
 * A pattern as an expression that finds every match in a line.
 * @throws SyntaxError when it is no regular expression
 */
export const expressionOf = ({ text, isRegex, matchCase, wholeWord }: Pattern): RegExp => {
  const source = isRegex ? text : text.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`);
  // Alone first: what closes a group that it has not opened is no expression, and must not become one.
  const alone = new RegExp(source, 'u');
  const whole = wholeWord ? `(?<!${LETTER})(?:${alone.source})(?!${LETTER})` : alone.source;
  return new RegExp(whole, matchCase ? 'gu' : 'giu');
};

const shown = (line: string, from: number, to: number): Pick<Match, 'text' | 'start' | 'end'> => {
  const begin = line.length <= SHOWN ? 0 : Math.max(0, Math.min(from - BEFORE, line.length - SHOWN));
  // Cut between the halves of a character, it is no Unicode any more.
  const text = line.slice(begin, begin + SHOWN).toWellFormed();
  return { text, start: from - begin, end: Math.min(to - begin, text.length) };
};

const endOf = (text: string, from: number): number => {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
};

/**
 * Where an expression matches in a content, line by line; matches of nothing are none.
 * @param bytes what is not UTF-8, or holds a NUL, has no lines
 * @param most so many matches are enough
 */
export const matchesIn = (bytes: Uint8Array, expression: RegExp, most: number): Matches => {
  const matches: Match[] = [];
  if (bytes.includes(0) || !isUtf8(bytes)) return { matches, isCut: false };
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let number = 0;
  for (let from = 0; from <= text.length; from = endOf(text, from) + 1) {
    number += 1;
    const end = endOf(text, from);
    const line = text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end);
    for (const { 0: found, index } of line.matchAll(expression)) {
      if (found === '') continue;
      if (matches.length >= most) return { matches, isCut: true };
      matches.push({ line: number, column: index + 1, ...shown(line, index, index + found.length) });
    }
  }
  return { matches, isCut: false };
};
