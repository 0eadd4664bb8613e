import { Kind, type ConstDirectiveNode, type DocumentNode, type TypeNode } from 'graphql';

/** What decides who may have a field. `@inaccessible` is a rule as well: no client has it. */
const RULES = new Set(['authenticated', 'requiresScopes', 'policy', 'inaccessible']);
const ROOTS = ['Query', 'Mutation', 'Subscription'];

/** All that is answered to somebody who has not signed in, and why. */
export const PUBLIC: Readonly<Record<string, string>> = {
  'Mutation.login': 'whoever signs in has no token yet',
  'Mutation.refreshSession': 'the access token may have expired; the refresh token is the credential',
  'Mutation.requestPasswordReset':
    'who has forgotten the password cannot sign in; the answer is the same for everybody',
  'Mutation.resetPassword': 'the token of the link is the credential',
  'Mutation.beginOidcLogin': 'whoever signs in has no token yet',
  'Mutation.completeOidcLogin': 'the ticket and the provider’s answer are the credential',
  'OidcLogin.url': 'where to sign in',
  'OidcLogin.ticket': 'binds the sign-in to the browser that began it',
  'Query.signInOptions': 'the sign-in page shows them',
  'SignInOptions.oidcProvider': 'a name that the sign-in page shows',
  'SignInOptions.passwordResetByMail': 'whether the sign-in page offers it',
  'Session.accessToken': 'what signing in is for',
  'Session.refreshToken': 'what signing in is for',
  'Session.deviceToken': 'says at the next sign-in that it comes from where this one did',
  'Session.expiresAt': 'says when to refresh',
  'Session.user': 'who has signed in: their own account and no other',
  'User.id': 'part of who has signed in',
  'User.email': 'part of who has signed in',
  'User.role': 'part of who has signed in',
};

interface Field {
  readonly coordinate: string;
  readonly guarded: boolean;
  readonly returns: string;
}

const hasRule = (directives: readonly ConstDirectiveNode[] = []): boolean =>
  directives.some(({ name }) => RULES.has(name.value));

const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type));

/** Adds to the list under a key, making it. */
const put = <Value>(lists: Map<string, Value[]>, key: string, ...values: readonly Value[]): void => {
  lists.set(key, [...(lists.get(key) ?? []), ...values]);
};

/**
 * The coordinates that a client reaches without meeting a rule: from the root types down, through every field that bears
 * none and whose type bears none. Whatever is not among them stands below a rule, or is reached by nobody.
 */
export const openCoordinates = (documents: readonly DocumentNode[]): readonly string[] => {
  const fields = new Map<string, Field[]>();
  const members = new Map<string, string[]>();
  for (const { definitions } of documents) {
    for (const node of definitions) {
      if (node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION) {
        put(members, node.name.value, ...(node.types ?? []).map(named));
      }
      if (
        node.kind !== Kind.OBJECT_TYPE_DEFINITION &&
        node.kind !== Kind.OBJECT_TYPE_EXTENSION &&
        node.kind !== Kind.INTERFACE_TYPE_DEFINITION &&
        node.kind !== Kind.INTERFACE_TYPE_EXTENSION
      ) {
        continue;
      }
      const type = node.name.value;
      for (const of of node.interfaces ?? []) put(members, of.name.value, type);
      for (const field of node.fields ?? []) {
        const coordinate = `${type}.${field.name.value}`;
        const guarded = hasRule(node.directives) || hasRule(field.directives);
        put(fields, type, { coordinate, guarded, returns: named(field.type) });
      }
    }
  }
  // Subgraphs that share a field share its rule: composition joins them, and so one of them is enough.
  const guarded = new Set([...fields.values()].flat().flatMap((field) => (field.guarded ? field.coordinate : [])));
  const open = new Set<string>();
  const seen = new Set<string>();
  const visit = (type: string): void => {
    if (seen.has(type)) return;
    seen.add(type);
    for (const member of members.get(type) ?? []) visit(member);
    for (const { coordinate, returns } of fields.get(type) ?? []) {
      if (guarded.has(coordinate)) continue;
      open.add(coordinate);
      visit(returns);
    }
  };
  for (const root of ROOTS) visit(root);
  return [...open].toSorted();
};
