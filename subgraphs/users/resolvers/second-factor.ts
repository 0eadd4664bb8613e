import type { MutationResolvers, UserResolvers } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import { actorOf } from '../audit.ts';
import { batched, perRequest } from '../batch.ts';
import { resetSecondFactor, type SecondFactor } from '../second-factor.ts';
import type { SignInFailures } from '../sign-in-failures.ts';
import { secondFactorsByUser } from '../store/second-factors.ts';
import { refuseStrangers } from '../strangers.ts';

/** Setting up an authenticator, turning it off, and taking it from somebody who has lost it. */
export const secondFactorResolvers = (
  db: Database,
  secondFactor: SecondFactor,
  failures: SignInFailures,
): {
  readonly Mutation: Required<Pick<MutationResolvers, 'beginTotp' | 'confirmTotp' | 'disableTotp' | 'resetTotp'>>;
  readonly User: UserResolvers;
} => {
  const factorsOf = perRequest(() => batched((ids) => secondFactorsByUser(db, ids)));
  return {
    Mutation: {
      beginTotp: (_parent, { password }, context) => {
        const caller = signedInCallerOf(context);
        return failures.guardProof(caller, actorOf(context), () => secondFactor.begin(caller, password));
      },
      confirmTotp: async (_parent, { code }, context) => [
        ...(await secondFactor.confirm(signedInCallerOf(context), code, actorOf(context))),
      ],
      disableTotp: async (_parent, { password, code = null }, context) => {
        const caller = signedInCallerOf(context);
        const actor = actorOf(context);
        await failures.guardProof(caller, actor, () => secondFactor.disable(caller.userId, { password, code }, actor));
        return true;
      },
      resetTotp: (_parent, { userId }, context) => {
        signedInCallerOf(context);
        return resetSecondFactor(db, userId, actorOf(context));
      },
    },
    User: {
      totpEnabled: async ({ id }, _args, context) => {
        refuseStrangers(id, context);
        return (await factorsOf(context)(id)) ?? false;
      },
    },
  };
};
