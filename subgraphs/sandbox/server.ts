import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Resolvers } from '#codegen/sandbox.ts';
import type { Config } from '#mesh/config.ts';
import { startErasing } from '#mesh/database/erasures.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';
import { createSubgraph } from '#mesh/subgraph.ts';
import { eraseProjects } from './erasure.ts';
import { createFiles } from './files/files.ts';
import { takeOverWorkspaces } from './files/take-over.ts';
import { projectDataOf } from './personal-data.ts';
import { createProjects } from './projects.ts';
import { fileResolvers } from './resolvers/files.ts';
import { personalDataResolvers } from './resolvers/personal-data.ts';
import { projectResolvers } from './resolvers/projects.ts';

export interface SandboxOptions {
  readonly config: Config;
  /** Any address of the database; the service takes its own role and password. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
}

/** Starts the sandbox: projects and their files. */
export const startSandbox = async ({ config, databaseUrl, secret, log }: SandboxOptions): Promise<Subgraph> => {
  const database = await openPool(serviceAddress(databaseUrl, 'sandbox', secret), log);
  const files = createFiles(database);
  await takeOverWorkspaces(database, files, join(config.home, 'workspaces'), log);
  const projects = createProjects(database);
  const ofProjects = projectResolvers(projects, files);
  const ofFiles = fileResolvers(projects, files);
  const resolvers: Resolvers = {
    ...ofProjects,
    ...ofFiles,
    Mutation: { ...ofProjects.Mutation, ...ofFiles.Mutation },
    User: personalDataResolvers((userId, after) => projectDataOf({ database, files }, userId, after)),
  };
  const erasing = startErasing(database, (userId) => eraseProjects(database, userId), { log });

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
      await database.end();
    },
  });
};
