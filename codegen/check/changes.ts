import { buildSchema, findBreakingChanges, findDangerousChanges, type GraphQLSchema } from 'graphql';

/** What a client may notice of a new schema. */
export interface Changes {
  /** May break a document that ran before. */
  readonly breaking: readonly string[];
  /** Breaks no document, but may surprise a program: a new value of an enum, a changed default. */
  readonly dangerous: readonly string[];
}

const described = (changes: readonly { readonly description: string }[]): readonly string[] =>
  changes.map(({ description }) => description).toSorted();

/**
 * Compares what clients see.
 * @param before SDL
 * @throws GraphQLError when it is none
 */
export const compareSchemas = (before: string, after: GraphQLSchema): Changes => {
  const old = buildSchema(before, { assumeValidSDL: true });
  return {
    breaking: described(findBreakingChanges(old, after)),
    dangerous: described(findDangerousChanges(old, after)),
  };
};
