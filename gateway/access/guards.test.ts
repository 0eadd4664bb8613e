import { OperationTypeNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { decideAccess, deniedManaging, rulesOf, type GuardedField } from './guards.ts';
import type { Principal } from './principal.ts';
import { scopesOf } from '#mesh/scopes.ts';

const HEAD = `schema
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)
{ query: Query }`;

const principal = (role: Principal['role'], availableTokens = 1): Principal => ({
  userId: 'u',
  email: 'e',
  role,
  credential: { kind: 'session', id: 's' },
  scopes: [...scopesOf(role)],
  availableTokens,
  expiresAt: 0,
});

describe('the rules of a supergraph', () => {
  test('are those of its fields and types', () => {
    const rules = rulesOf(`${HEAD}
      type Query { a: Int @authenticated b: Int @requiresScopes(scopes: [["models:read", "projects:read"], ["users:manage"]]) c: Int }
      type Secret @policy(policies: [["tokens-available"]]) { x: Int }
      extend type Secret { y: Int @authenticated }`);
    expect(Object.fromEntries(rules)).toEqual({
      'Query.a': { scopes: [], policies: [] },
      'Query.b': { scopes: [['models:read', 'projects:read'], ['users:manage']], policies: [] },
      Secret: { scopes: [], policies: [['tokens-available']] },
      'Secret.y': { scopes: [], policies: [] },
    });
  });

  test.each([
    ['a scope that nobody has', '@requiresScopes(scopes: [["modles:read"]])', /Query\.a .*modles:read/],
    ['a policy that is unknown', '@policy(policies: [["weather"]])', /Query\.a .*weather/],
    ['a policy named like what every object has', '@policy(policies: [["toString"]])', /toString/],
  ])('end the start over %s', (_, directive, sentence) => {
    expect(() => rulesOf(`${HEAD} type Query { a: Int ${directive} }`)).toThrow(sentence);
  });

  test.each([
    'url: "https://x.dev/vault/v1.0", for: SECURITY',
    'url: "https://specs.apollo.dev/policy/v0.1", as: "p", for: SECURITY',
  ])('end the start over a feature that is not enforced: %s', (link) => {
    expect(() => rulesOf(`schema @link(${link}) { query: Query } type Query { a: Int }`)).toThrow('cannot enforce');
  });
});

describe('a caller', () => {
  const field = (rule: Partial<GuardedField['rules'][number]>): GuardedField => ({
    coordinate: 'Query.a',
    path: ['a'],
    rules: [{ scopes: [], policies: [], ...rule }],
  });
  const { QUERY, MUTATION, SUBSCRIPTION } = OperationTypeNode;
  const managed = field({ scopes: [['models:manage']] });
  const paid = field({ policies: [['tokens-available']] });

  test('without a credential is refused wherever something is guarded', () => {
    expect(decideAccess([], null, QUERY)).toEqual({ outcome: 'allowed' });
    expect(decideAccess([field({})], null, QUERY)).toMatchObject({
      outcome: 'refused',
      error: { code: 'UNAUTHENTICATED' },
    });
  });

  test('needs every scope of one of the lists', () => {
    const either = field({ scopes: [['models:manage'], ['models:read', 'projects:read']] });
    expect(decideAccess([either], principal('VIEWER'), QUERY)).toEqual({ outcome: 'allowed' });
    expect(decideAccess([managed], principal('ADMIN'), QUERY)).toEqual({ outcome: 'allowed' });
  });

  test('without the role gets the rest of a query, and nothing of a mutation or subscription', () => {
    expect(decideAccess([field({}), managed], principal('DEVELOPER'), QUERY)).toMatchObject({
      outcome: 'filtered',
      denied: [{ field: managed, error: { code: 'FORBIDDEN' } }],
    });
    for (const kind of [MUTATION, SUBSCRIPTION]) {
      expect(decideAccess([field({}), managed], principal('DEVELOPER'), kind)).toMatchObject({
        outcome: 'refused',
        error: { code: 'FORBIDDEN' },
      });
    }
  });

  test('without tokens is told so, unless the role lacks as well', () => {
    expect(decideAccess([paid], principal('DEVELOPER'), MUTATION)).toEqual({ outcome: 'allowed' });
    expect(decideAccess([paid], principal('DEVELOPER', 0), MUTATION)).toMatchObject({
      error: { code: 'BUDGET_EXCEEDED' },
    });
    expect(decideAccess([paid, managed], principal('DEVELOPER', 0), MUTATION)).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });
  });

  test('who asks for what is for managing is told apart from one who lacks tokens or another scope', () => {
    const written = field({ scopes: [['projects:write']] });
    for (const kind of [QUERY, MUTATION]) {
      expect(deniedManaging(decideAccess([managed, managed], principal('DEVELOPER'), kind))).toEqual(['Query.a']);
      expect(deniedManaging(decideAccess([written], principal('VIEWER'), kind))).toEqual([]);
      expect(deniedManaging(decideAccess([paid], principal('DEVELOPER', 0), kind))).toEqual([]);
      expect(deniedManaging(decideAccess([managed], principal('ADMIN'), kind))).toEqual([]);
      expect(deniedManaging(decideAccess([managed], null, kind))).toEqual([]);
    }
  });

  test('a key is told which scope it lacks, a person that the role does not reach', () => {
    const person = principal('DEVELOPER');
    const key = { ...person, credential: { kind: 'key' as const, id: 'k' } };
    expect(decideAccess([managed], key, MUTATION)).toMatchObject({
      error: { code: 'FORBIDDEN', message: expect.stringContaining('This API key lacks the scope') },
    });
    expect(decideAccess([managed], person, MUTATION)).toMatchObject({
      error: { message: 'Your role does not reach this.' },
    });
  });

  test('has to satisfy the rule of a field and the rule of its type', () => {
    const both: GuardedField = { ...paid, rules: [...paid.rules, ...managed.rules] };
    expect(decideAccess([both], principal('ADMIN', 0), MUTATION)).toMatchObject({ error: { code: 'BUDGET_EXCEEDED' } });
    expect(decideAccess([both], principal('ADMIN', 1), MUTATION)).toEqual({ outcome: 'allowed' });
  });
});
