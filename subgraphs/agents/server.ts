import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '#mesh/config.ts';
import { startErasing } from '#mesh/database/erasures.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';
import { createSubgraph } from '#mesh/subgraph.ts';
import { createConversations } from './conversations.ts';
import { createMessageLoader } from './message-loader.ts';
import { conversationResolvers } from './resolvers/conversations.ts';
import { personalDataResolvers } from './resolvers/personal-data.ts';
import { deleteConversationsOf } from './store/conversations.ts';

export interface AgentsOptions {
  readonly config: Config;
  /** Any address of the database; the service takes its own role and password. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
}

/** Starts the agents service: conversations and their messages. */
export const startAgents = async ({ databaseUrl, secret, log }: AgentsOptions): Promise<Subgraph> => {
  const database = await openPool(serviceAddress(databaseUrl, 'agents', secret), log);

  const erasing = startErasing(database, (userId) => deleteConversationsOf(database, userId), { log });

  return createSubgraph({
    name: 'agents',
    sdl: join(import.meta.dirname, '../../schemas/agents.graphql'),
    resolvers: {
      ...conversationResolvers(createConversations(database), createMessageLoader(database)),
      User: personalDataResolvers(database),
    },
    secret,
    log,
    readiness: async () => {
      try {
        await database.oneFirst(
          sql.type(z.object({ any: z.boolean() }))`select exists (select from agents.conversations) as any`,
        );
        return { ready: true };
      } catch (error) {
        log.warn({ error }, 'the database does not answer');
        return { ready: false, missing: [{ what: 'PostgreSQL', mend: 'start it, or correct DATABASE_URL' }] };
      }
    },
    stop: async () => {
      await erasing.stop();
      await database.end();
    },
  });
};
