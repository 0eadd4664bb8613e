import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Resolvers } from '#codegen/sandbox.ts';
import type { Config } from '#mesh/config.ts';
import { startErasing } from '#mesh/database/erasures.ts';
import { openNotifications } from '#mesh/database/notifications.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startRounds } from '#mesh/rounds.ts';
import { createSubgraph } from '#mesh/subgraph.ts';
import { openEngines } from './engines/engines.ts';
import { eraseProjects } from './erasure.ts';
import { createCatalogue } from './executions/catalogue.ts';
import { startExecutions } from './executions/executions.ts';
import { createGround } from './executions/ground.ts';
import { createFiles } from './files/files.ts';
import { takeOverWorkspaces } from './files/take-over.ts';
import { projectDataOf } from './personal-data.ts';
import { createProjects } from './projects.ts';
import { createArchives } from './files/archives.ts';
import { createChangeSets } from './files/change-sets.ts';
import { createCheckpoints } from './files/checkpoints.ts';
import { createLocks } from './files/locks.ts';
import { createMeaning } from './files/meaning.ts';
import { createSearch } from './files/search.ts';
import { createPast } from './files/past.ts';
import { createWatch } from './files/watch.ts';
import { archiveResolvers } from './resolvers/archives.ts';
import { changeSetResolvers } from './resolvers/change-sets.ts';
import { checkpointResolvers } from './resolvers/checkpoints.ts';
import { executionResolvers } from './resolvers/executions.ts';
import { fileContent, fileMutations } from './resolvers/files.ts';
import { lockResolvers } from './resolvers/locks.ts';
import { meaningResolvers } from './resolvers/meaning.ts';
import { pastResolvers } from './resolvers/past.ts';
import { searchResolvers } from './resolvers/search.ts';
import { terminalResolvers } from './resolvers/terminals.ts';
import { watchResolvers } from './resolvers/watch.ts';
import { personalDataResolvers } from './resolvers/personal-data.ts';
import { projectResolvers } from './resolvers/projects.ts';
import { eraseExecutions } from './store/executions.ts';
import { credentialsWith } from './store/credentials.ts';
import { createTerminals } from './terminals/terminals.ts';

export interface SandboxOptions {
  readonly config: Config;
  /** Any address of the database; the service takes its own role and password. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
}

/** How soon a terminal ends after its session. */
const SWEEP_MS = 1_000;

/** Starts the sandbox: projects and their files, and what runs programs. */
export const startSandbox = async ({ config, databaseUrl, secret, log }: SandboxOptions): Promise<Subgraph> => {
  const address = serviceAddress(databaseUrl, 'sandbox', secret);
  const database = await openPool(address, log);
  const files = createFiles(database);
  await takeOverWorkspaces(database, files, join(config.home, 'workspaces'), log);
  const projects = createProjects(database);
  const notifications = openNotifications(address, 'sandbox_changes', log);
  const ofProjects = projectResolvers(projects, files);
  const ofPast = pastResolvers(projects, createPast(database, files));
  const ofLocks = lockResolvers(projects, createLocks(database));
  const checkpoints = createCheckpoints(database, files);
  const changeSets = createChangeSets(database, files);
  const ofCheckpoints = checkpointResolvers(projects, checkpoints);
  const ofArchives = archiveResolvers(projects, createArchives(database, files));
  const ofMeaning = meaningResolvers(projects, createMeaning(database));
  const ofSearch = searchResolvers(projects, createSearch(database, files));
  const ofChangeSets = changeSetResolvers({ projects, files, checkpoints, changeSets });
  const ofWatch = watchResolvers(projects, createWatch(database, notifications));
  const engines = openEngines({ config, log });
  const catalogue = createCatalogue(engines);
  const executions = await startExecutions({ database, ground: createGround(projects, files), catalogue, config, log });
  const ofExecutions = executionResolvers(catalogue, executions, projects);
  const terminals = createTerminals({
    catalogue,
    projects,
    files,
    mayRun: (ids) => credentialsWith(database, 'code:run', ids),
    idleMs: config.terminalIdleMinutes * 60_000,
    now: () => performance.now(),
    log,
  });
  const sweeping = startRounds('looking after terminals', () => terminals.sweep(), { log, pauseMs: SWEEP_MS });
  const ofTerminals = terminalResolvers(terminals, projects);
  const resolvers: Resolvers = {
    Query: {
      ...ofProjects.Query,
      ...ofExecutions.Query,
      ...ofTerminals.Query,
      ...ofChangeSets.Query,
      ...ofSearch.Query,
      ...ofMeaning.Query,
    },
    Mutation: {
      ...ofProjects.Mutation,
      ...fileMutations(projects, files),
      ...ofPast.Mutation,
      ...ofLocks.Mutation,
      ...ofExecutions.Mutation,
      ...ofTerminals.Mutation,
      ...ofCheckpoints.Mutation,
      ...ofChangeSets.Mutation,
      ...ofArchives.Mutation,
      ...ofMeaning.Mutation,
    },
    Subscription: {
      ...ofWatch.Subscription,
      ...ofSearch.Subscription,
      ...ofArchives.Subscription,
      ...ofExecutions.Subscription,
      ...ofTerminals.Subscription,
    },
    Project: {
      ...ofProjects.Project,
      ...ofPast.Project,
      ...ofLocks.Project,
      ...ofCheckpoints.Project,
      ...ofChangeSets.Project,
    },
    File: { ...fileContent(files), ...ofPast.File, ...ofLocks.File },
    FileVersion: ofPast.FileVersion,
    FileLock: ofLocks.FileLock,
    Checkpoint: ofCheckpoints.Checkpoint,
    CheckpointChange: ofCheckpoints.CheckpointChange,
    ChangeSet: ofChangeSets.ChangeSet,
    ProposedFile: ofChangeSets.ProposedFile,
    ProjectEvent: ofWatch.ProjectEvent,
    Execution: ofExecutions.Execution,
    ExecutionFile: ofExecutions.ExecutionFile,
    ExecutionEvent: ofExecutions.ExecutionEvent,
    Terminal: ofTerminals.Terminal,
    TerminalOutput: ofTerminals.TerminalOutput,
    User: personalDataResolvers((userId, after) => projectDataOf({ database, files }, userId, after)),
  };
  const erase = async (userId: string): Promise<void> => {
    await eraseExecutions(database, userId);
    await eraseProjects(database, userId);
  };
  const erasing = startErasing(database, erase, { log });

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
    metrics: executions.metrics.registry,
    stop: async () => {
      await sweeping.stop();
      await terminals.stop();
      await executions.stop();
      await engines.stop();
      await erasing.stop();
      await notifications.stop();
      await database.end();
    },
  });
};
