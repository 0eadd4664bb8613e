import type { MutationResolvers } from '#codegen/users.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import { actorOf } from '../audit.ts';
import type { PasswordReset } from '../password-reset.ts';

/** A new password for whoever has forgotten the old one. */
export const passwordResetMutations = (
  passwordReset: PasswordReset,
): Required<Pick<MutationResolvers, 'requestPasswordReset' | 'createPasswordResetLink' | 'resetPassword'>> => ({
  requestPasswordReset: (_parent, { email }, context) => {
    passwordReset.request(email, actorOf(context), context.log);
    return true;
  },
  createPasswordResetLink: (_parent, { userId }, context) => {
    signedInCallerOf(context);
    return passwordReset.link(userId, actorOf(context));
  },
  resetPassword: async (_parent, given, context) => {
    await passwordReset.reset(given, actorOf(context));
    return true;
  },
});
