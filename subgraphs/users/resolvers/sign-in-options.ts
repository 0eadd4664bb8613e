import type { QueryResolvers } from '#codegen/users.ts';

/** How one may sign in here. Nothing but what the sign-in page shows, since anybody may ask. */
export const signInOptions = (facts: {
  /** Whether this installation can mail a reset link. */
  readonly passwordResetByMail: boolean;
  /** The name of the identity provider; null for none. */
  readonly oidcProvider: string | null;
}): Required<Pick<QueryResolvers, 'signInOptions'>> => ({ signInOptions: () => ({ ...facts }) });
