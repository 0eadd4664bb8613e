import type { MutationResolvers } from '#codegen/users.ts';
import { StudioError } from '#mesh/errors.ts';
import { actorOf } from '../audit.ts';
import type { OidcSignIn } from '../oidc.ts';

/** Signing in with an identity provider; refused with NOT_FOUND where none is configured. */
export const oidcMutations = (
  oidc: OidcSignIn | undefined,
): Required<Pick<MutationResolvers, 'beginOidcLogin' | 'completeOidcLogin'>> => {
  const configured = (): OidcSignIn => {
    if (!oidc) throw new StudioError('NOT_FOUND', 'No identity provider is configured here.');
    return oidc;
  };
  return {
    beginOidcLogin: (_parent, _args, { client }) => configured().begin(client.address),
    completeOidcLogin: (_parent, given, context) => configured().complete(given, actorOf(context), context),
  };
};
