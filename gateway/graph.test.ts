import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { Generation } from './generation.ts';
import { createGraph, type DocumentGraph } from './graph.ts';

const SDL = readFileSync(join(import.meta.dirname, '../schemas/supergraph.graphql'), 'utf8');

/** The project's graph for one who has not signed in; what it is asked here needs no subgraph. */
const anonymousGraph = (): { graph: DocumentGraph; codeOf: (document: string) => Promise<unknown> } => {
  const generation = new Generation(SDL);
  const graph = createGraph({
    current: () => generation,
    upstreams: new Map(),
    authenticate: () => Promise.resolve({ outcome: 'accepted', principal: null }),
    log: createLog('test', 'silent'),
  });
  const codeOf = async (document: string): Promise<unknown> => {
    const client = { address: null, userAgent: null };
    const requester = { requestId: 'r', principal: null, client, signal: new AbortController().signal };
    const { errors } = await graph.execute({ document }, requester);
    return errors?.[0]?.extensions['code'] ?? 'answered';
  };
  return { graph, codeOf };
};

describe('a document', () => {
  test.each(['{ __typename }', getIntrospectionQuery()])('that is answered is remembered', async (text) => {
    const { graph, codeOf } = anonymousGraph();
    expect(await codeOf(text)).toBe('answered');
    expect(graph.parse(text)).toBe(graph.parse(text));
  });

  test.each([
    ['does not fit the schema', '{ shoes }', 'GRAPHQL_VALIDATION_FAILED'],
    ['needs a credential', '{ me { id } }', 'UNAUTHENTICATED'],
    ['lacks a variable', 'query ($on: Boolean!) { __typename @include(if: $on) }', 'BAD_USER_INPUT'],
  ])('that %s is not remembered', async (_, text, code) => {
    const { graph, codeOf } = anonymousGraph();
    expect(await codeOf(text)).toBe(code);
    expect(graph.parse(text)).not.toBe(graph.parse(text));
  });

  test('that is heavy is answered and not remembered', async () => {
    const { graph, codeOf } = anonymousGraph();
    const text = `{ __typename } #${'x'.repeat(16_000)}`;
    expect(await codeOf(text)).toBe('answered');
    expect(graph.parse(text)).not.toBe(graph.parse(text));
  });

  test('is forgotten when many others have come, and refused ones do not push it out', async () => {
    const { graph, codeOf } = anonymousGraph();
    await codeOf('{ __typename }');
    const first = graph.parse('{ __typename }');
    for (let index = 0; index < 1_000; index += 1) await codeOf(`{ me { id } } #${index}`);
    expect(graph.parse('{ __typename }')).toBe(first);
    for (let index = 0; index < 1_000; index += 1) await codeOf(`{ __typename } #${index}`);
    expect(graph.parse('{ __typename }')).not.toBe(first);
  });
});
