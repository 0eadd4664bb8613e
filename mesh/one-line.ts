/** Control characters, and those that turn the direction of what follows. */
const REFUSED = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * Decides whether a text can be shown as one line, a name or a title: valid Unicode, something to see in it, and nothing
 * that changes how the text around it is shown.
 * @returns what is wrong, to complete the sentence "The title …", or null
 */
export const flawOfLine = (text: string): string | null => {
  if (!text.isWellFormed()) return 'is not valid Unicode';
  if (REFUSED.test(text)) return 'holds a control character';
  if (!VISIBLE.test(text)) return 'is empty';
  return null;
};
