/** Lines of a text that are given a meaning together. */
export interface Part {
  /** The first of its lines, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** How long a part gets, in UTF-16 units: some 400 tokens, which every embedding model takes. */
const MOST = 1_600;

/** Cuts a text into parts at the ends of lines; what is left blank is none. A change here asks for all vectors anew. */
export const partsOf = (text: string): Part[] => {
  const parts: Part[] = [];
  let [first, open] = [1, ''];
  const close = (): void => {
    if (open.trim() !== '') parts.push({ line: first, text: open.toWellFormed() });
    open = '';
  };
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    if (open.length + line.length > MOST) close();
    if (open === '') first = index + 1;
    open += line;
    while (open.length > MOST) {
      const rest = open.slice(MOST);
      open = open.slice(0, MOST);
      close();
      open = rest;
    }
  }
  close();
  return parts;
};
