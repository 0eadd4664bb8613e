import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Principal } from '#gateway/access/principal.ts';
import { Generation } from '#gateway/generation.ts';
import { createGraph } from '#gateway/graph.ts';
import { endable } from '#gateway/stream.ts';
import type { Answer, Call, Upstream } from '#gateway/upstream/upstream.ts';
import { SUBGRAPHS } from '#mesh/config.ts';
import type { Role } from '#mesh/identity.ts';
import { MESH_LOG, startMesh, type TestMesh } from './mesh/mesh.ts';
import { HERE } from '#tests/harness/caller.ts';
import { scopesOf } from '#mesh/scopes.ts';

/** Who reaches what: every guarded coordinate of the product's graph stands here, or a test fails. */
const ALL: readonly Role[] = ['ADMIN', 'DEVELOPER', 'VIEWER'];
const WRITERS: readonly Role[] = ['ADMIN', 'DEVELOPER'];
const ADMINS: readonly Role[] = ['ADMIN'];
const REACHES: Readonly<Record<string, readonly Role[]>> = {
  'Query.auditLog': ADMINS,
  'Query.catalogue': ALL,
  'Query.changeSet': ALL,
  'Query.conversation': ALL,
  'Query.conversations': ALL,
  'Query.countTokens': WRITERS,
  'Query.engines': WRITERS,
  'Query.execution': WRITERS,
  'Query.executions': WRITERS,
  'Query.inferenceStatus': ALL,
  'Query.ledger': ADMINS,
  'Query.ledgerCsv': ADMINS,
  'Query.me': ALL,
  'Query.mlCapabilities': ADMINS,
  'Query.model': ALL,
  'Query.modelPrices': ALL,
  'Query.models': ALL,
  'Query.project': ALL,
  'Query.projects': ALL,
  'Query.promptLogging': ALL,
  'Query.quotas': ADMINS,
  'Query.requestLog': ALL,
  'Query.searchProject': ALL,
  'Query.signingKeys': ADMINS,
  'Query.similarParts': ALL,
  'Query.systemStatus': ADMINS,
  'Query.terminals': WRITERS,
  'Query.tokenize': WRITERS,
  'Query.usage': ADMINS,
  'Query.usageAnomalies': ADMINS,
  'Query.usageSeries': ADMINS,
  'Query.user': ADMINS,
  'Query.users': ADMINS,
  'Mutation.addRemoteModel': ADMINS,
  'Mutation.appendMessage': WRITERS,
  'Mutation.beginTotp': ALL,
  'Mutation.cancelDownload': ADMINS,
  'Mutation.cancelExecution': WRITERS,
  'Mutation.changePassword': ALL,
  'Mutation.chat': WRITERS,
  'Mutation.closeTerminal': WRITERS,
  'Mutation.complete': WRITERS,
  'Mutation.confirmTotp': ALL,
  'Mutation.createApiKey': WRITERS,
  'Mutation.createCheckpoint': WRITERS,
  'Mutation.createConversation': WRITERS,
  'Mutation.createFolder': WRITERS,
  'Mutation.createPasswordResetLink': ADMINS,
  'Mutation.createProject': WRITERS,
  'Mutation.createUser': ADMINS,
  'Mutation.decideChangeSet': WRITERS,
  'Mutation.deleteCheckpoint': WRITERS,
  'Mutation.deleteConversation': WRITERS,
  'Mutation.deleteFile': WRITERS,
  'Mutation.deleteModel': ADMINS,
  'Mutation.deleteProject': WRITERS,
  'Mutation.disableTotp': ALL,
  'Mutation.downloadModel': ADMINS,
  'Mutation.embed': WRITERS,
  'Mutation.eraseUser': ADMINS,
  'Mutation.execute': WRITERS,
  'Mutation.grantTokens': ADMINS,
  'Mutation.importArchive': WRITERS,
  'Mutation.keepVectors': WRITERS,
  'Mutation.loadModel': ADMINS,
  'Mutation.lockFile': WRITERS,
  'Mutation.logout': ALL,
  'Mutation.logoutEverywhere': ALL,
  'Mutation.moveFile': WRITERS,
  'Mutation.openTerminal': WRITERS,
  'Mutation.partsToEmbed': WRITERS,
  'Mutation.proposeChangeSet': WRITERS,
  'Mutation.removeQuota': ADMINS,
  'Mutation.removeRemoteModel': ADMINS,
  'Mutation.renameProject': WRITERS,
  'Mutation.rerank': WRITERS,
  'Mutation.resetTotp': ADMINS,
  'Mutation.resizeTerminal': WRITERS,
  'Mutation.restoreCheckpoint': WRITERS,
  'Mutation.restoreFile': WRITERS,
  'Mutation.revokeApiKey': ALL,
  'Mutation.revokeSession': ALL,
  'Mutation.rotateSigningKeys': ADMINS,
  'Mutation.setModelPrice': ADMINS,
  'Mutation.setModelSettings': ADMINS,
  'Mutation.setMonthlyLimit': ADMINS,
  'Mutation.setPromptLogging': ADMINS,
  'Mutation.setQuota': ADMINS,
  'Mutation.setUserRole': ADMINS,
  'Mutation.setUserStatus': ADMINS,
  'Mutation.startExecution': WRITERS,
  'Mutation.typeInTerminal': WRITERS,
  'Mutation.unloadModel': ADMINS,
  'Mutation.unlockFile': WRITERS,
  'Mutation.uploadArchive': WRITERS,
  'Mutation.writeFile': WRITERS,
  'Subscription.auditEvents': ADMINS,
  'Subscription.chat': WRITERS,
  'Subscription.complete': WRITERS,
  'Subscription.execute': WRITERS,
  'Subscription.executionEvents': WRITERS,
  'Subscription.exportProject': ALL,
  'Subscription.inferenceStatusEvents': ALL,
  'Subscription.modelEvents': ALL,
  'Subscription.projectEvents': ALL,
  'Subscription.searchProject': ALL,
  'Subscription.terminalOutput': WRITERS,
  'ApiKey.createdAt': ALL,
  'ApiKey.expiresAt': ALL,
  'ApiKey.lastUsedAt': ALL,
  'ApiKey.models': ALL,
  'ApiKey.name': ALL,
  'ApiKey.prefix': ALL,
  'ApiKey.requestsPerMinute': ALL,
  'ApiKey.revokedAt': ALL,
  'ApiKey.scopes': ALL,
  'ApiKey.tokenBudget': ALL,
  'ApiKey.tokensPerMinute': ALL,
  'ApiKey.usage': ALL,
  'ApiKey.user': ALL,
  'Model.settings': ADMINS,
  'User.accountData': ALL,
  'User.apiKeys': ALL,
  'User.balance': ALL,
  'User.conversationData': ALL,
  'User.createdAt': ALL,
  'User.forecast': ALL,
  'User.ledger': ALL,
  'User.ledgerCsv': ALL,
  'User.monthlyLimit': ALL,
  'User.projectData': ALL,
  'User.quotas': ALL,
  'User.requestData': ALL,
  'User.sessions': ALL,
  'User.status': ALL,
  'User.totpEnabled': ALL,
  'User.usage': ALL,
  'User.usageSeries': ALL,
};

const SDL = join(import.meta.dirname, '../../schemas/supergraph.graphql');
const generation = new Generation(await readFile(SDL, 'utf8'));

/** Some value that an argument takes, as GraphQL text. */
const literal = (type: GraphQLInputType): string => {
  if (isNonNullType(type)) return literal(type.ofType);
  if (isListType(type)) return `[${literal(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(
      (field) => isNonNullType(field.type) && field.defaultValue === undefined,
    );
    return `{ ${required.map((field) => `${field.name}: ${literal(field.type)}`).join(', ')} }`;
  }
  if (type.name === 'Boolean') return 'true';
  return type.name === 'Int' || type.name === 'Float' ? '1' : '"x"';
};

/** A document that asks for one field of the graph. */
const documentFor = (schema: GraphQLSchema, coordinate: string): string => {
  const [parent = '', name = ''] = coordinate.split('.');
  const type = schema.getType(parent);
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  if (!field) throw new Error(`${coordinate} is not in the graph`);
  const required = field.args.filter(isRequiredArgument);
  const args = required.map((argument) => `${argument.name}: ${literal(argument.type)}`).join(', ');
  const text = `${name}${args === '' ? '' : `(${args})`}${isCompositeType(getNamedType(field.type)) ? ' { __typename }' : ''}`;
  const signIn = (selection: string): string =>
    `mutation { login(email: "x", password: "x") { user { ${selection} } } }`;
  if (parent === 'User') return signIn(text);
  if (parent === 'ApiKey') return signIn(`apiKeys { ${text} }`);
  // Whoever may manage models reaches one without any other scope.
  if (parent === 'Model') return `mutation { loadModel(name: "x") { ${text} } }`;
  return `${parent.toLowerCase()} { ${text} }`;
};

const principal = (role: Role, availableTokens = 1): Principal => ({
  userId: randomUUID(),
  email: 'x@devstudio.test',
  role,
  credential: { kind: 'session', id: randomUUID() },
  scopes: [...scopesOf(role)],
  availableTokens,
  expiresAt: Date.now() + 60_000,
});

describe('each guarded coordinate, for each role', () => {
  const asked: Call[] = [];
  /** Writes down what reaches it; its answers are of no interest here. */
  const recorder = (name: Upstream['name']): Upstream => ({
    name,
    fetch: (call) => {
      asked.push(call);
      return Promise.resolve({ data: null, errors: [{ message: 'x', extensions: { code: 'NOT_FOUND' } }] });
    },
    subscribe: (call) => {
      asked.push(call);
      return Promise.resolve(
        endable<Answer>({ next: () => Promise.resolve({ done: true, value: undefined }) }, () => undefined),
      );
    },
    readiness: () => Promise.resolve({ ready: true }),
    close: () => Promise.resolve(),
  });
  const graph = createGraph({
    current: () => generation,
    upstreams: new Map(SUBGRAPHS.map((name) => [name, recorder(name)])),
    authenticate: () => Promise.resolve({ outcome: 'accepted', principal: null }),
    log: MESH_LOG,
  });
  const run = async (coordinate: string, who: Principal | null) => {
    const document = documentFor(generation.schema, coordinate);
    const requester = { requestId: randomUUID(), principal: who, client: HERE, signal: new AbortController().signal };
    const outcome = coordinate.startsWith('Subscription')
      ? await graph.subscribe({ document }, requester)
      : await graph.execute({ document }, requester);
    return 'errors' in outcome ? outcome.errors?.[0]?.extensions['code'] : undefined;
  };

  beforeEach(() => {
    asked.length = 0;
  });

  test('the table of this test names them all', () => {
    expect([...generation.rules.keys()].toSorted()).toEqual(Object.keys(REACHES).toSorted());
  });

  test.each(Object.keys(REACHES))('%s is closed to the anonymous', async (coordinate) => {
    expect(await run(coordinate, null)).toBe('UNAUTHENTICATED');
    expect(asked).toEqual([]);
  });

  test.each(Object.entries(REACHES).flatMap(([coordinate, roles]) => ALL.map((role) => ({ coordinate, role, roles }))))(
    '$coordinate for $role',
    async ({ coordinate, role, roles }) => {
      const code = await run(coordinate, principal(role));
      expect(code === 'FORBIDDEN').toBe(!roles.includes(role));
      expect(asked.length > 0).toBe(roles.includes(role));
    },
  );

  /** Behind these stand the scopes of a role; a key may do what it was made for and no more. */
  const guardedByScope = [...generation.rules].filter(([, rule]) => rule.scopes.length > 0).map(([name]) => name);

  test.each(guardedByScope)('%s is closed to an admin’s key without its scope', async (coordinate) => {
    const needed = new Set(generation.rules.get(coordinate)?.scopes.flat());
    const credential = { kind: 'key' as const, id: randomUUID() };
    const narrowed = scopesOf('ADMIN').filter((scope) => !needed.has(scope));
    expect(await run(coordinate, { ...principal('ADMIN'), credential, scopes: narrowed })).toBe('FORBIDDEN');
    expect(asked).toEqual([]);
    expect(await run(coordinate, { ...principal('ADMIN'), credential, scopes: [...needed] })).not.toBe('FORBIDDEN');
    expect(asked.length).toBeGreaterThan(0);
  });

  test.each([
    'Mutation.chat',
    'Subscription.chat',
    'Mutation.complete',
    'Subscription.complete',
    'Mutation.embed',
    'Mutation.rerank',
  ])('%s is closed to who has no tokens left', async (coordinate) => {
    expect(await run(coordinate, principal('DEVELOPER', 0))).toBe('BUDGET_EXCEEDED');
    expect(await run(coordinate, principal('VIEWER', 0))).toBe('FORBIDDEN');
    expect(asked).toEqual([]);
  });
});

describe('over HTTP', () => {
  let mesh: TestMesh;
  beforeAll(async () => {
    mesh = await startMesh();
  });
  afterAll(() => mesh.stop());

  const Body = z.object({
    data: z.unknown().optional(),
    errors: z
      .array(z.object({ path: z.array(z.unknown()).optional(), extensions: z.looseObject({ code: z.string() }) }))
      .optional(),
  });
  const ask = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, headers: response.headers, ...Body.parse(await response.json()) };
  };
  const bearer = async (...given: Parameters<TestMesh['keys']['token']>) => ({
    authorization: `Bearer ${await mesh.keys.token(...given)}`,
  });
  const code = (value: string) => [{ extensions: { code: value } }];

  test('a query without the role runs without the field, which is null', async () => {
    const answer = await ask('{ user(id: "2") { name secret } }', await bearer('DEVELOPER'));
    expect(answer).toMatchObject({
      status: 200,
      data: { user: { name: 'User 2', secret: null } },
      errors: [{ path: ['user', 'secret'], extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test('a field that may not be null takes its parent with it', async () => {
    const answer = await ask('{ user(id: "2") { name mustKnow } hello(name: "x") }', await bearer('VIEWER'));
    expect(answer).toMatchObject({ status: 200, data: { user: null, hello: 'Hello x' }, errors: code('FORBIDDEN') });
  });

  test('fields in fragments are found, each with its place', async () => {
    const query = '{ a: user(id: "1") { ...S } b: user(id: "2") { ...S } } fragment S on User { id s: secret }';
    const { data, errors } = await ask(query, await bearer('DEVELOPER'));
    expect(data).toEqual({ a: { id: '1', s: null }, b: { id: '2', s: null } });
    expect(errors?.map(({ path }) => path)).toEqual([
      ['a', 's'],
      ['b', 's'],
    ]);
  });

  test('a query of which nothing is left is refused as a whole', async () => {
    const answer = await ask('{ user(id: "2") { mustKnow } }', await bearer('VIEWER'));
    expect(answer).toMatchObject({ data: { user: null }, errors: code('FORBIDDEN') });
    expect(await ask('mutation { manage }', await bearer('DEVELOPER'))).toMatchObject({
      status: 403,
      errors: code('FORBIDDEN'),
    });
  });

  test('who has the role gets everything', async () => {
    const answer = await ask('{ user(id: "2") { secret mustKnow } }', await bearer('ADMIN'));
    expect(answer).toMatchObject({ status: 200, data: { user: { secret: 'hidden', mustKnow: 'hidden' } } });
  });

  test('a spent budget is 429 with a time to come back', async () => {
    const headers = { ...(await bearer('DEVELOPER', { availableTokens: 0 })), accept: 'text/event-stream' };
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: 'subscription { guarded { index } }' }),
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.text()).toContain('BUDGET_EXCEEDED');
  });

  test.each<[string, () => Promise<Record<string, string>>]>([
    ['a made-up token', () => Promise.resolve({ authorization: 'Bearer made-up' })],
    ['another scheme', () => Promise.resolve({ authorization: 'Basic eDp4' })],
    ['an empty credential', () => Promise.resolve({ authorization: 'Bearer ' })],
    ['an unknown API key', () => Promise.resolve({ 'x-api-key': 'cds_unknown' })],
    ['an expired token', () => bearer('ADMIN', { expiresIn: -60 })],
    ['a token of another issuer', () => bearer('ADMIN', { issuer: 'somebody' })],
    ['a token for another audience', () => bearer('ADMIN', { audience: 'somebody' })],
    ['a token of another kind', () => bearer('ADMIN', { typ: 'JWT' })],
    ['a token of an unknown key', () => bearer('ADMIN', { kid: randomUUID() })],
    [
      'a token without a signature',
      async () => {
        const [, payload] = (await mesh.keys.token('ADMIN')).split('.');
        const header = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
        return { authorization: `Bearer ${header}.${payload}.` };
      },
    ],
    [
      'a token whose claims were changed',
      async () => {
        const [header, , signature] = (await mesh.keys.token('VIEWER')).split('.');
        const [, payload] = (await mesh.keys.token('ADMIN')).split('.');
        return { authorization: `Bearer ${header}.${payload}.${signature}` };
      },
    ],
  ])('%s refuses even public fields', async (_, headers) => {
    const answer = await ask('{ hello(name: "x") }', await headers());
    expect(answer).toMatchObject({ status: 401, errors: code('UNAUTHENTICATED') });
  });

  test('a session that has ended is refused from then on', async () => {
    const headers = await bearer('ADMIN');
    expect((await ask('{ me { id } }', headers)).status).toBe(200);
    mesh.keys.revokeAll();
    expect(await ask('{ me { id } }', headers)).toMatchObject({ status: 401, errors: code('UNAUTHENTICATED') });
  });

  test('a stream over HTTP ends with the token that opened it', async () => {
    // Five seconds past its end a token is still taken, for clocks that differ.
    const headers = await bearer('DEVELOPER', { expiresIn: -4 });
    const { ended } = mesh.sources;
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
      body: JSON.stringify({ query: 'subscription { chat(prompt: "hang") { index } }' }),
    });
    expect(await response.text()).toContain('event: complete');
    expect(mesh.sources.ended).toBe(ended + 1);
  });

  test('a token is taken from x-api-key as well', async () => {
    const token = await mesh.keys.token('DEVELOPER');
    expect(await ask('{ me { id } }', { 'x-api-key': token })).toMatchObject({
      status: 200,
      data: { me: { id: '1' } },
    });
  });
});
