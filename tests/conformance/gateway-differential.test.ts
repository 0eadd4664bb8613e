import { randomUUID } from 'node:crypto';
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway';
import { getOperationAST, type ExecutionResult, type FormattedExecutionResult } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Generation } from '#gateway/generation.ts';
import { createGraph, type DocumentGraph } from '#gateway/graph.ts';
import { localTransport } from '#gateway/upstream/local.ts';
import { createUpstream } from '#gateway/upstream/upstream.ts';
import { IDENTITY_HEADER, signIdentity } from '#mesh/identity.ts';
import type { Subgraph } from '#mesh/service.ts';
import { randomOperation, type RandomOperation } from './mesh/documents.ts';
import { composeMesh, createTestSubgraphs, MESH_LOG, MESH_SECRET } from './mesh/mesh.ts';
import { HERE, someone } from '#tests/harness/caller.ts';

const DOCUMENTS = Number(process.env['DOCUMENTS'] ?? 250);
const CALLER = someone('ADMIN', { userId: '00000000-0000-4000-8000-000000000001' });

/** A subgraph as Apollo's runner sees it. */
const dataSourceOf = (subgraph: Subgraph): GraphQLDataSource => ({
  process: async ({ request: { query, variables, operationName } }) => {
    const body = JSON.stringify({ query, variables, operationName });
    const identity = { requestId: randomUUID(), caller: CALLER, client: HERE };
    const header = signIdentity(MESH_SECRET('identity'), subgraph.name, identity, body);
    const response = await subgraph.handle({
      headers: { [IDENTITY_HEADER]: header },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    const answer: FormattedExecutionResult = JSON.parse(await response.text());
    return { data: answer.data ?? null, ...(answer.errors ? { errors: answer.errors } : {}) };
  },
});

const pathsOf = (result: ExecutionResult): Set<string> =>
  new Set((result.errors ?? []).map(({ path }) => JSON.stringify(path ?? null)));

describe('the own runner answers as executeQueryPlan does', () => {
  let reference: ApolloGateway;
  let graph: DocumentGraph;
  let asApollo: (operation: RandomOperation) => Promise<ExecutionResult>;

  beforeAll(async () => {
    const sdl = await composeMesh();
    const { subgraphs } = createTestSubgraphs();
    const quiet = () => undefined;
    const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
    reference = new ApolloGateway({
      logger,
      supergraphSdl: sdl.replaceAll(/(\/(?:authenticated|requiresScopes|policy)\/v[\d.]+"), for: SECURITY\)/g, '$1)'),
      buildService: ({ name }) => {
        const subgraph = [...subgraphs.values()].find((known) => known.name === name);
        if (!subgraph) throw new Error(`there is no ${name}`);
        return dataSourceOf(subgraph);
      },
    });
    await reference.load();

    const generation = new Generation(sdl);
    const key = MESH_SECRET('identity');
    graph = createGraph({
      current: () => generation,
      upstreams: new Map(
        [...subgraphs].map(([name, subgraph]) => [
          name,
          createUpstream({ name, transport: localTransport(subgraph), key, log: MESH_LOG }),
        ]),
      ),
      authenticate: () => Promise.resolve({ outcome: 'accepted', principal: null }),
      log: MESH_LOG,
    });

    asApollo = ({ document: source, variables }) => {
      const document = graph.parse(source);
      const context = {
        request: { query: source, variables: { ...variables } },
        source,
        document,
        queryHash: randomUUID(),
        operationName: null,
        operation: getOperationAST(document),
        logger,
        schema: reference.schema,
        context: {},
        metrics: {},
      };
      // The executor reads no more of a request context than this.
      return reference.executor(context as unknown as Parameters<typeof reference.executor>[0]);
    };
  });

  afterAll(() => reference.stop());

  const asOurs = ({ document, variables }: RandomOperation): Promise<ExecutionResult> =>
    graph.execute(
      { document, variables },
      {
        requestId: randomUUID(),
        principal: { ...CALLER, availableTokens: 1, expiresAt: Date.now() + 60_000 },
        client: HERE,
        signal: new AbortController().signal,
      },
    );

  const compare = async (operation: RandomOperation): Promise<'compared' | 'invalid'> => {
    const ours = await asOurs(operation);
    const text = JSON.stringify(operation, null, 1).replaceAll('\\n', '\n');
    const code = ours.errors?.[0]?.extensions['code'];
    if (code === 'GRAPHQL_VALIDATION_FAILED' || code === 'DOCUMENT_TOO_LARGE') return 'invalid';
    const theirs = await asApollo(operation);
    expect(JSON.parse(JSON.stringify(ours.data ?? null)), text).toEqual(
      JSON.parse(JSON.stringify(theirs.data ?? null)),
    );
    const [expected, given] = [pathsOf(theirs), pathsOf(ours)];
    for (const path of expected) expect(given, text).toContain(path);
    // Apollo keeps a null that breaks its type out of `errors`; we do not.
    for (const { path, extensions } of ours.errors ?? []) {
      if (!expected.has(JSON.stringify(path ?? null))) expect(extensions['code'], text).toBe('INTERNAL_SERVER_ERROR');
    }
    return 'compared';
  };

  const batches = Array.from({ length: 10 }, (_, index) => index);
  test.each(batches)('on random operations, batch %i', async (batch) => {
    let compared = 0;
    for (let index = 0; index < DOCUMENTS / batches.length; index += 1) {
      const operation = randomOperation(graph.schema(), batch * 1_000 + index);
      if ((await compare(operation)) === 'compared') compared += 1;
    }
    expect(compared).toBeGreaterThan(DOCUMENTS / batches.length / 2);
  });

  test.each([
    ['entities that occur twice', '{ projects { members { name quota motto } owner { motto friends { quota } } } }'],
    ['an interface object', '{ media { __typename id title reviews ... on Book { author { name quota } } } }'],
    ['fields required of another service', '{ model(name: "small") { price } models { price size } }'],
    [
      'unions and interfaces',
      '{ everything { __typename ... on Named { name } ... on User { quota } } named { name } }',
    ],
    ['one name for two types', '{ everything { ... on User { x: name } ... on Model { x: name } } }'],
    ['a list of lists', '{ projects { grid { name quota } } }'],
    ['introspection', '{ __schema { queryType { name } } __type(name: "User") { fields { name } } users { id } }'],
    ['only a type name', '{ __typename }'],
    ['a condition around another service', 'query ($v: Boolean! = true) { users { quota @skip(if: $v) name } }'],
    [
      'mutations in their order',
      'mutation { a: rename(id: "1", name: "x") { name quota } b: loadModel(name: "small") { price } }',
    ],
  ])('on %s', async (_, document) => {
    expect(await compare({ document, variables: {} })).toBe('compared');
  });

  test('but keeps the type of an object that another service knows only by its interface', async () => {
    const document = '{ media { ... on Film { f2: reviews @skip(if: false) title __typename } f5: reviews } }';
    const { data, errors } = await asOurs({ document, variables: {} });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      media: [
        { f5: ['Review of b1'] },
        { f2: ['Review of f1'], title: 'A film', __typename: 'Film', f5: ['Review of f1'] },
      ],
    });
  });
});
