import { functionSource } from '../code.ts';
import { FACTS } from '../facts.ts';
import { TASKS } from '../tasks.ts';

/** A text to search by, and the texts that it should find. */
export interface Query {
  readonly text: string;
  readonly finds: readonly number[];
}

/** Texts to be searched, and queries of which none was in training. */
export interface Retrieval {
  readonly texts: readonly string[];
  readonly queries: readonly Query[];
}

/** Every answer of the facts, in both languages, found by questions that are held out. */
export const factRetrieval = (): Retrieval => {
  const ways = FACTS.flatMap(({ english, german }, group) =>
    [english, ...(german ? [german] : [])].map((way) => ({ ...way, group })),
  );
  return {
    texts: ways.map(({ answer }) => answer),
    queries: ways.flatMap(({ heldOut, group }) =>
      heldOut === undefined
        ? []
        : [{ text: heldOut, finds: ways.flatMap((way, at) => (way.group === group ? [at] : [])) }],
    ),
  };
};

/** Every function in Python, found by a purpose that is held out. */
export const codeRetrieval = (): Retrieval => ({
  texts: TASKS.map((task) => functionSource(task, 'python', task.names[0] ?? '', task.takes.names[0] ?? ['x'])),
  queries: TASKS.map(({ heldOut }, at) => ({ text: heldOut, finds: [at] })),
});

const product = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);

/** How many queries find one of theirs first. Vectors are of length 1. */
export const firstFound = (
  { queries }: Retrieval,
  texts: readonly (readonly number[])[],
  asked: readonly (readonly number[])[],
): number => {
  const hits = queries.filter(({ finds }, at) => {
    const query = asked[at] ?? [];
    const scores = texts.map((text) => product(query, text));
    return finds.includes(scores.indexOf(Math.max(...scores)));
  });
  return hits.length / queries.length;
};
