import { flawOfLine } from '#mesh/one-line.ts';

const MAX_TITLE_CHARACTERS = 200;
const MAX_CONTENT_CHARACTERS = 65_536;

export type TextVerdict =
  | { readonly outcome: 'accepted'; readonly text: string }
  /** `reason` completes the sentence "The title …". */
  | { readonly outcome: 'refused'; readonly reason: string };

const refused = (reason: string): TextVerdict => ({ outcome: 'refused', reason });

/** Characters as PostgreSQL counts them; UTF-16 units are counted first, since they are never fewer. */
const isLonger = (text: string, most: number): boolean => text.length > most && Array.from(text).length > most;

/** Decides whether a text may be a conversation's title: one line. Spaces around it are not part of it. */
export const parseTitle = (given: string): TextVerdict => {
  const text = given.trim();
  if (isLonger(text, MAX_TITLE_CHARACTERS)) return refused(`is over ${MAX_TITLE_CHARACTERS} characters`);
  const flaw = flawOfLine(text);
  return flaw === null ? { outcome: 'accepted', text } : refused(flaw);
};

/** Decides whether a text may be a message: any text that PostgreSQL can keep. */
export const parseContent = (text: string): TextVerdict => {
  if (isLonger(text, MAX_CONTENT_CHARACTERS)) return refused(`is over ${MAX_CONTENT_CHARACTERS} characters`);
  if (!text.isWellFormed() || text.includes('\0')) return refused('holds a NUL or is not valid Unicode');
  return { outcome: 'accepted', text };
};
