import type { FetchNode } from '@apollo/query-planner';
import { Kind, parse } from 'graphql';
import type { Variables } from './conditions.ts';
import type { Path } from './errors.ts';
import { responseName } from './selections.ts';

/** What of a fetch is the same for every request. */
interface Constant {
  /** JSON of the body up to its variables. */
  readonly prefix: string;
  readonly fields: readonly string[];
  /** Under which names their values come. */
  readonly names: readonly string[];
}

const constants = new WeakMap<FetchNode, Constant>();

const constantOf = (fetch: FetchNode): Constant => {
  const known = constants.get(fetch);
  if (known) return known;
  const { operation: query, operationName } = fetch;
  const prefix = JSON.stringify({ query, ...(operationName === undefined ? {} : { operationName }) }).slice(0, -1);
  const roots = parse(query, { noLocation: true }).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD)
      : [],
  );
  const constant = { prefix, fields: roots.map(({ name }) => name.value), names: roots.map(responseName) };
  constants.set(fetch, constant);
  return constant;
};

/** The JSON that is sent for a fetch. */
export const bodyOf = (fetch: FetchNode, variables: Variables): string =>
  `${constantOf(fetch).prefix},"variables":${JSON.stringify(variables)}}`;

/** The root fields that a fetch asks for. */
export const fieldsOf = (fetch: FetchNode): readonly string[] => constantOf(fetch).fields;

/** Where the answer has what a fetch of root fields brings. */
export const namesOf = (fetch: FetchNode): readonly string[] => constantOf(fetch).names;

/** The variables of the client that a fetch uses. */
export const usedVariables = (fetch: FetchNode, variables: Variables): Record<string, unknown> =>
  Object.fromEntries(
    (fetch.variableUsages ?? []).flatMap((name) => {
      const value = variables[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The path of a raw error, when it has one. */
export const rawPath = (raw: unknown): Path | undefined => {
  if (typeof raw !== 'object' || raw === null || !('path' in raw) || !Array.isArray(raw.path)) return undefined;
  const path: unknown[] = raw.path;
  return path.every((part) => typeof part === 'string' || typeof part === 'number') ? path : undefined;
};
