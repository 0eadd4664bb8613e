import {
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  OperationTypeNode,
  parse,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DefinitionNode,
} from 'graphql';
import { ConfigurationError } from '#mesh/config.ts';
import { StudioError } from '#mesh/errors.ts';
import { isManaging, isScope } from '#mesh/scopes.ts';
import { z } from 'zod';
import type { Principal } from './principal.ts';

/** What a field or type asks of the caller. Of `scopes` and `policies`, one inner list has to hold as a whole. */
export interface Rule {
  readonly scopes: readonly (readonly string[])[];
  readonly policies: readonly (readonly string[])[];
}

/** By coordinate: `Query.users` for a field, `User` for every field that returns one. */
export type Rules = ReadonlyMap<string, Rule>;

/** A field of a document that some rule guards. */
export interface GuardedField {
  readonly coordinate: string;
  /** Response names from the root; lists add nothing to it. */
  readonly path: readonly string[];
  readonly rules: readonly Rule[];
}

/** The facts behind `@policy`, each with the refusal of a caller for whom it does not hold. */
const POLICIES: Readonly<Record<string, { holds: (principal: Principal) => boolean; refusal: () => StudioError }>> = {
  'tokens-available': {
    holds: ({ availableTokens }) => availableTokens > 0,
    refusal: () => new StudioError('BUDGET_EXCEEDED'),
  },
};

/** Security features of a supergraph that this gateway enforces; `inaccessible` by leaving it out of the API schema. */
const ENFORCED = new Set(['authenticated', 'requiresScopes', 'policy', 'inaccessible']);

const Links = z.object({ url: z.string(), as: z.string().optional(), for: z.string().optional() });
const Alternatives = z.array(z.array(z.string()));

const argumentsOf = (directive: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

const checkLink = (directive: ConstDirectiveNode): void => {
  const link = Links.parse(argumentsOf(directive));
  if (link.for !== 'SECURITY') return;
  const name = /\/([^/]+)\/v[\d.]+$/.exec(link.url)?.[1] ?? link.url;
  if (!ENFORCED.has(name) || (link.as !== undefined && link.as !== name)) {
    throw new ConfigurationError(
      `the supergraph has the security feature ${link.url}, which the gateway cannot enforce.`,
    );
  }
};

const ruleOf = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): Rule | undefined => {
  let rule: Rule | undefined;
  for (const directive of directives ?? []) {
    const { scopes, policies } = argumentsOf(directive);
    if (directive.name.value === 'authenticated') rule ??= { scopes: [], policies: [] };
    if (directive.name.value === 'requiresScopes') {
      rule = { policies: rule?.policies ?? [], scopes: Alternatives.parse(scopes) };
    }
    if (directive.name.value === 'policy') {
      rule = { scopes: rule?.scopes ?? [], policies: Alternatives.parse(policies) };
    }
  }
  const strange = [
    ...(rule?.scopes.flat().filter((scope) => !isScope(scope)) ?? []),
    ...(rule?.policies.flat().filter((policy) => !Object.hasOwn(POLICIES, policy)) ?? []),
  ];
  if (strange.length > 0) {
    throw new ConfigurationError(
      `${coordinate} of the supergraph asks for ${strange.join(', ')}, which nobody can have.`,
    );
  }
  return rule;
};

const rulesOfDefinition = (definition: DefinitionNode): [string, Rule][] => {
  if (!isTypeDefinitionNode(definition) && !isTypeExtensionNode(definition)) return [];
  const type = definition.name.value;
  const parts = [
    { coordinate: type, directives: definition.directives },
    ...('fields' in definition ? (definition.fields ?? []) : []).map(({ name, directives }) => ({
      coordinate: `${type}.${name.value}`,
      directives,
    })),
  ];
  return parts.flatMap(({ coordinate, directives }): [string, Rule][] => {
    const rule = ruleOf(coordinate, directives);
    return rule ? [[coordinate, rule]] : [];
  });
};

/**
 * The access rules that a supergraph states.
 * @throws ConfigurationError when it states one that the gateway could not enforce
 */
export const rulesOf = (supergraphSdl: string): Rules => {
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const directive of definition.directives ?? []) if (directive.name.value === 'link') checkLink(directive);
  }
  return new Map(definitions.flatMap(rulesOfDefinition));
};

const holds = (alternatives: readonly (readonly string[])[], test: (name: string) => boolean): boolean =>
  alternatives.length === 0 || alternatives.some((all) => all.every(test));

/** Whose rights do not reach. A key names its scopes, so it is told which: its owner can give another key more. */
const lacking = (rules: readonly Rule[], { credential, scopes }: Principal): StudioError => {
  const missing = rules
    .filter((rule) => !holds(rule.scopes, (scope) => scopes.includes(scope)))
    .map((rule) => rule.scopes.map((all) => all.join(' and ')).join(', or '));
  return credential.kind === 'key' && missing[0]
    ? new StudioError('FORBIDDEN', `This API key lacks the scope ${missing[0]}: use one that has it.`)
    : new StudioError('FORBIDDEN');
};

/** Why a field is closed to a principal; undefined when it is open. */
const refusalOf = ({ rules }: GuardedField, principal: Principal): StudioError | undefined => {
  if (!rules.every((rule) => holds(rule.scopes, (scope) => principal.scopes.includes(scope)))) {
    return lacking(rules, principal);
  }
  const closed = rules
    .flatMap((rule) => (holds(rule.policies, (name) => POLICIES[name]?.holds(principal) ?? false) ? [] : rule.policies))
    .flat()
    .find((name) => !POLICIES[name]?.holds(principal));
  return closed === undefined ? undefined : (POLICIES[closed]?.refusal() ?? new StudioError('FORBIDDEN'));
};

export interface DeniedField {
  readonly field: GuardedField;
  readonly error: StudioError;
}

export type Access =
  | { readonly outcome: 'allowed' }
  /** The query runs without these fields, which are null in its answer. */
  | { readonly outcome: 'filtered'; readonly denied: readonly DeniedField[] }
  | { readonly outcome: 'refused'; readonly error: StudioError; readonly denied: readonly DeniedField[] };

/** The coordinates among them that are for managing, which the caller may not do. */
export const deniedManaging = (access: Access): readonly string[] => {
  if (access.outcome === 'allowed') return [];
  const managing = access.denied.filter(
    ({ field, error }) =>
      error.code === 'FORBIDDEN' && field.rules.some(({ scopes }) => scopes.some((all) => all.some(isManaging))),
  );
  return [...new Set(managing.map(({ field }) => field.coordinate))];
};

/**
 * Decides what of a document runs for a caller. Whoever has not signed in is refused at once, so that a client learns
 * that it should; who lacks a role gets the rest of a query, but never half of a mutation or subscription.
 */
export const decideAccess = (
  guarded: readonly GuardedField[],
  principal: Principal | null,
  kind: OperationTypeNode,
): Access => {
  if (guarded.length === 0) return { outcome: 'allowed' };
  if (!principal) return { outcome: 'refused', error: new StudioError('UNAUTHENTICATED'), denied: [] };
  const denied = guarded.flatMap((field) => {
    const error = refusalOf(field, principal);
    return error ? [{ field, error }] : [];
  });
  const [first] = denied;
  if (!first) return { outcome: 'allowed' };
  if (kind === OperationTypeNode.QUERY) return { outcome: 'filtered', denied };
  const forbidden = denied.find(({ error }) => error.code === 'FORBIDDEN') ?? first;
  return { outcome: 'refused', error: forbidden.error, denied };
};
