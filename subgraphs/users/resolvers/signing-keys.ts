import type { MutationResolvers, QueryResolvers, SigningKey } from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { signedInCallerOf } from '#mesh/subgraph.ts';
import { actorOf } from '../audit.ts';
import { rotateSigningKeys } from '../signing-keys.ts';
import { listSigningKeys, type Standing } from '../store/signing-keys.ts';

const STATES = { next: 'NEXT', active: 'ACTIVE', retired: 'RETIRED' } as const;

const shown = ({ kid, state, createdAt }: Standing): SigningKey => ({ kid, state: STATES[state], createdAt });

/** The keys that sign access tokens, for admins. */
export const signingKeyResolvers = (
  db: Database,
  sealingKey: Buffer,
): {
  readonly Query: Required<Pick<QueryResolvers, 'signingKeys'>>;
  readonly Mutation: Required<Pick<MutationResolvers, 'rotateSigningKeys'>>;
} => ({
  Query: { signingKeys: async () => (await listSigningKeys(db)).map(shown) },
  Mutation: {
    rotateSigningKeys: async (_parent, { immediately }, context) => {
      signedInCallerOf(context);
      return (await rotateSigningKeys(db, sealingKey, { immediately }, actorOf(context))).map(shown);
    },
  },
});
