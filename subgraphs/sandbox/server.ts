import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Resolvers } from '#codegen/sandbox.ts';
import { ConfigurationError, type Config } from '#mesh/config.ts';
import { startErasing } from '#mesh/database/erasures.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';
import { createSubgraph } from '#mesh/subgraph.ts';
import { eraseProjects } from './erasure.ts';
import { projectDataOf } from './personal-data.ts';
import { createProjects } from './projects.ts';
import { fileResolvers } from './resolvers/files.ts';
import { personalDataResolvers } from './resolvers/personal-data.ts';
import { projectResolvers } from './resolvers/projects.ts';
import { withProjectLock } from './store/project-lock.ts';
import { createTurns } from './turns.ts';
import { canOpenWorkspaces, openWorkspaces } from './workspace.ts';

export interface SandboxOptions {
  readonly config: Config;
  /** Any address of the database; the service takes its own role and password. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
}

/** How many writes to one project, or listings for one owner, may wait for each other. */
const WAITING = 128;

/**
 * Starts the sandbox: projects, and their files under `<home>/workspaces`.
 * @throws ConfigurationError on a system without `/proc`
 */
export const startSandbox = async ({ config, databaseUrl, secret, log }: SandboxOptions): Promise<Subgraph> => {
  if (!(await canOpenWorkspaces())) {
    throw new ConfigurationError(
      'The sandbox needs /proc/self/fd to open files safely: run it on Linux, with /proc mounted.',
    );
  }
  const database = await openPool(serviceAddress(databaseUrl, 'sandbox', secret), log);
  const writes = createTurns(WAITING);
  const workspaces = await openWorkspaces({
    folder: join(config.home, 'workspaces'),
    // In turn within this process first, so that one busy project holds one connection and not all of them.
    exclusively: (id, work) => writes.take(id, () => withProjectLock(database, id, work)),
  });
  const projects = createProjects(database);
  const listings = createTurns(WAITING);
  const ofProjects = projectResolvers(projects, workspaces, listings);
  const ofFiles = fileResolvers(projects, workspaces);
  const resolvers: Resolvers = {
    ...ofProjects,
    ...ofFiles,
    Mutation: { ...ofProjects.Mutation, ...ofFiles.Mutation },
    User: personalDataResolvers((userId, after, signal) =>
      listings.take(userId, () => projectDataOf({ database, workspaces }, userId, after, signal)),
    ),
  };
  const erasing = startErasing(database, (userId) => eraseProjects(database, workspaces, userId), { log });

  return createSubgraph({
    name: 'sandbox',
    sdl: join(import.meta.dirname, '../../schemas/sandbox.graphql'),
    resolvers,
    secret,
    log,
    readiness: async () => {
      try {
        await database.oneFirst(
          sql.type(z.object({ any: z.boolean() }))`select exists (select from sandbox.projects) as any`,
        );
        return { ready: true };
      } catch (error) {
        log.warn({ error }, 'the database does not answer');
        return { ready: false, missing: [{ what: 'PostgreSQL', mend: 'start it, or correct DATABASE_URL' }] };
      }
    },
    stop: async () => {
      await erasing.stop();
      await workspaces.close();
      await database.end();
    },
  });
};
