import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig, type Config } from '#mesh/config.ts';
import { findPostgres, startPostgres } from '#mesh/database/embedded.ts';
import { checkDatabase, migrate } from '#mesh/database/migrations.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { createLog, type Log } from '#mesh/log.ts';
import { openSecret, type Secret } from '#mesh/secret.ts';
import { CommandError } from '../command.ts';
import { prepareHome } from '../home.ts';
import { lockHome } from '../supervisor/lock.ts';
import { choosePorts } from '../supervisor/ports.ts';

/** How long a server may take that another process is just starting or stopping. */
const PATIENCE_MS = 15_000;

/** The installation that a command of its operator works on, whether the studio runs or not. */
export interface Installation {
  readonly config: Config;
  readonly secret: Secret;
  readonly log: Log;
  /** Any address of the database; `serviceAddress` makes a service's of it. */
  readonly databaseUrl: string;
  /** The database as the service of users sees it. */
  readonly users: Database;
}

type Opening = Omit<Installation, 'databaseUrl' | 'users'> & {
  readonly root: string;
  readonly stack: AsyncDisposableStack;
};

/** The address of the embedded server: of the one that runs, or else of one that is started for this command. */
const reachEmbedded = async ({ config, secret, log, root, stack }: Opening): Promise<string> => {
  const until = performance.now() + PATIENCE_MS;
  let found = await findPostgres(config.home, secret);
  while (found.outcome === 'changing' && performance.now() < until) {
    await delay(100);
    found = await findPostgres(config.home, secret);
  }
  if (found.outcome === 'running') return found.url;
  if (found.outcome === 'none') throw noStudio(config.home);
  if (found.outcome === 'changing') {
    throw new CommandError(`The database in ${config.home} is just starting or stopping: try again in a moment.`);
  }
  stack.use(await lockHome(config.home));
  // Any port: nobody else has to find it.
  const ports = { ...config.ports, postgres: 0 };
  const { postgres } = await choosePorts({ ...config, ports }, { services: [] });
  const server = await startPostgres({ home: config.home, port: postgres, secret, log });
  stack.defer(() => server.stop());
  await migrate(server.url, secret, join(root, 'migrations'));
  return server.url;
};

const noStudio = (home: string): CommandError =>
  new CommandError(
    `There is no studio in ${home} yet: start it once with npm start, or set DEVSTUDIO_HOME to its folder.`,
  );

const open = async (root: string, stack: AsyncDisposableStack): Promise<Installation> => {
  const given = readConfig(process.env, root);
  // Otherwise a slip in DEVSTUDIO_HOME would make a secret that belongs to nothing.
  if (given.secret === undefined && !existsSync(join(given.home, 'keys', 'secret'))) throw noStudio(given.home);
  const config = { ...given, home: await prepareHome(given.home) };
  const log = createLog('operator', config.logLevel === 'info' ? 'error' : config.logLevel);
  const secret = await openSecret(config);
  const databaseUrl = config.databaseUrl ?? (await reachEmbedded({ config, secret, log, root, stack }));
  const address = serviceAddress(databaseUrl, 'users', secret);
  if (config.databaseUrl !== undefined) await checkDatabase(address);
  const users = await openPool(address, log, 2);
  stack.defer(() => users.end());
  return { config, secret, log, databaseUrl, users };
};

/**
 * Runs a command of the operator on the installation that the environment names.
 * @throws CommandError with one line for whatever the studio itself refuses
 */
export const onInstallation = async (
  root: string,
  work: (installation: Installation) => Promise<void>,
): Promise<number> => {
  await using stack = new AsyncDisposableStack();
  const installation = await open(root, stack);
  try {
    await work(installation);
    return 0;
  } catch (error) {
    if (error instanceof StudioError) throw new CommandError(error.message, error.code === 'BAD_USER_INPUT' ? 2 : 1);
    throw error;
  }
};
