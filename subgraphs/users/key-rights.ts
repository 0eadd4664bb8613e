import { StudioError } from '#mesh/errors.ts';
import type { Caller, Role } from '#mesh/identity.ts';
import { ALL_SCOPES, isForKeys, isManaging, isScope, scopesOf } from '#mesh/scopes.ts';

/**
 * Decides whether somebody may make a key for a user. A key that has limits makes none: they would not bind the new one.
 * @param caller null for the operator of the machine
 * @param limited whether the key that asks has limits of its own
 * @returns the refusal, or null
 */
export const refuseMaker = (caller: Caller | null, userId: string, limited: boolean): StudioError | null => {
  if (caller === null) return null;
  const byKey = caller.credential.kind === 'key';
  if (caller.userId !== userId && (byKey || !caller.scopes.includes('users:manage'))) {
    return new StudioError('FORBIDDEN', 'Only admins who have signed in may make keys for others.');
  }
  return byKey && limited ? new StudioError('FORBIDDEN', 'An API key with limits may not make others: sign in.') : null;
};

/**
 * Decides whether somebody who may see a key may revoke it: people always, a key itself, and others with `keys:write`.
 * @param caller null for the operator of the machine
 * @returns the refusal, or null
 */
export const refuseRevoker = (caller: Caller | null, keyId: string): StudioError | null => {
  if (caller?.credential.kind !== 'key') return null;
  if (caller.credential.id === keyId || caller.scopes.includes('keys:write')) return null;
  return new StudioError('FORBIDDEN', 'This API key may revoke no other: it needs the scope keys:write.');
};

export type KeyScopes =
  | { readonly outcome: 'granted'; readonly scopes: readonly string[] }
  | { readonly outcome: 'refused'; readonly error: StudioError };

/**
 * Decides what a new key may do: at most what its owner's role may, and when a key makes it, at most what that one may
 * and nothing of managing.
 * @param asked null for the default: what of that inference and files need, and nothing of the person
 * @param caller null for the operator of the machine
 */
export const decideKeyScopes = (asked: readonly string[] | null, ownerRole: Role, caller: Caller | null): KeyScopes => {
  const ofRole = scopesOf(ownerRole);
  const most =
    caller?.credential.kind === 'key'
      ? ofRole.filter((scope) => caller.scopes.includes(scope) && !isManaging(scope))
      : ofRole;
  if (asked === null) return { outcome: 'granted', scopes: most.filter(isForKeys) };
  const wrong = asked.find((scope) => !most.includes(scope));
  if (wrong === undefined) return { outcome: 'granted', scopes: [...new Set(asked)] };
  const sentence = isScope(wrong)
    ? `scopes hold ${wrong}, which is more than this key may have.`
    : `scopes hold what is no scope; there are: ${ALL_SCOPES.join(', ')}.`;
  const error = new StudioError('BAD_USER_INPUT', sentence, { argument: 'scopes' });
  return { outcome: 'refused', error };
};
