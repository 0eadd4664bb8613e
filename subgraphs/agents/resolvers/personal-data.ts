import type { UserResolvers } from '#codegen/agents.ts';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { conversationDataOf } from '../personal-data.ts';

/** What is kept about a person, for that person alone: not even an admin reads another's conversations. */
export const personalDataResolvers = (database: Database): UserResolvers => {
  const answered = new WeakSet<object>();
  return {
    __resolveReference: ({ id }) => ({ id }),
    conversationData: async ({ id }, { after = null }, context) => {
      if (callerOf(context).userId !== id) {
        throw new StudioError('FORBIDDEN', 'Only the user may read these conversations.');
      }
      if (answered.has(context)) {
        throw new StudioError('DOCUMENT_TOO_LARGE', 'One request reads one page of conversationData.');
      }
      answered.add(context);
      return conversationDataOf(database, id, after);
    },
  };
};
