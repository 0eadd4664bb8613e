import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, OperationTypeNode, parse, subscribe, type ExecutionResult } from 'graphql';
import { z } from 'zod';
import type { SubgraphName } from '#mesh/config.ts';
import { RESOLVERS } from './resolvers.ts';

const Asked = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/** As long as every seed, so that the lengths of two answers can be compared. */
const PLACEHOLDER = '~#########~';

export const sdlOf = (name: SubgraphName): Promise<string> =>
  readFile(join(import.meta.dirname, `schemas/${name}.graphql`), 'utf8');

const isStream = (value: object): value is AsyncIterable<ExecutionResult> => Symbol.asyncIterator in value;

/** The answer to a request body: one text, or those of all events. */
export type Answered = (body: string) => Promise<readonly string[]>;

/**
 * What one subgraph says. Each answer is worked out once and then only written with the seed of its request: what is
 * measured is the gateway before it.
 */
export const openAnswers = async (name: SubgraphName): Promise<Answered> => {
  const schema = buildSubgraphSchema([
    // Apollo's resolver map type has an index signature that an exact one does not.
    { typeDefs: parse(await sdlOf(name)), resolvers: RESOLVERS[name] as never },
  ]);
  const remembered = new Map<string, readonly string[]>();

  const work = async (body: string): Promise<readonly string[]> => {
    const { query, variables, operationName } = Asked.parse(JSON.parse(body));
    const operation = {
      schema,
      document: parse(query),
      variableValues: variables ?? null,
      operationName: operationName ?? null,
    };
    const isSubscription = operation.document.definitions.some(
      (definition) => 'operation' in definition && definition.operation === OperationTypeNode.SUBSCRIPTION,
    );
    const result = await (isSubscription ? subscribe(operation) : execute(operation));
    const all: ExecutionResult[] = [];
    if (isStream(result)) for await (const event of result) all.push(event);
    else all.push(result);
    return all.map((answer) => JSON.stringify(answer));
  };

  return async (body) => {
    const seed = /~\d{9}~/.exec(body)?.[0] ?? '~000000000~';
    const key = body.replaceAll(seed, PLACEHOLDER);
    let answer = remembered.get(key);
    if (!answer) {
      answer = (await work(body)).map((text) => text.replaceAll(seed, PLACEHOLDER));
      remembered.set(key, answer);
    }
    return answer.map((text) => text.replaceAll(PLACEHOLDER, seed));
  };
};
