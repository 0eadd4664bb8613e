import { join } from 'node:path';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { migrate } from '#mesh/database/migrations.ts';
import { createLog, type Log } from '#mesh/log.ts';
import { openSecret } from '#mesh/secret.ts';
import { ensureFirstAdmin } from '#subgraphs/users/first-admin.ts';
import { CommandError } from '../command.ts';
import { prepareHome } from '../home.ts';
import type { NewAdmin } from '../ready-block.ts';
import { buildStudio } from '../studio-build.ts';
import { superviseDatabase } from './database.ts';
import { serviceEnvironment } from './environment.ts';
import { openJournal, type Journal } from './journal.ts';
import { GATEWAY_STOP, SERVICE_STOP, type StopLimits } from './limits.ts';
import { lockHome } from './lock.ts';
import { choosePorts } from './ports.ts';
import { superviseProcess, type Addresses, type ServiceProcess } from './service-process.ts';
import { shortForm } from './terminal.ts';

/** The processes of a studio on one machine. Models run native code and the sandbox what users write: each alone. */
const PROCESSES = [
  { name: 'gateway', services: ['gateway', 'users', 'agents'], limits: GATEWAY_STOP },
  { name: 'models', services: ['models'], limits: SERVICE_STOP },
  { name: 'sandbox', services: ['sandbox'], limits: SERVICE_STOP },
] as const;

interface Started {
  readonly service: ServiceProcess;
  readonly limits: StopLimits;
}

/** The gateway first, so that what it has begun can still ask the others. */
const stopInOrder = async ([gateway, ...others]: readonly Started[]): Promise<void> => {
  await gateway?.service.stop(gateway.limits);
  await Promise.all(others.map(({ service, limits }) => service.stop(limits)));
};

const rejectWhenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });

const allReady = async (started: readonly Started[], signal: AbortSignal): Promise<Addresses> => {
  const all = Promise.all(started.map(({ service }) => service.ready));
  const addresses = await Promise.race([all, rejectWhenAborted(signal)]);
  return Object.fromEntries(addresses.flatMap((entry) => Object.entries(entry)));
};

export interface BringUpOptions {
  readonly root: string;
  /** Collects what has to be undone, in the opposite order. */
  readonly stack: AsyncDisposableStack;
  /** Ends the bringing up at its next step. */
  readonly signal: AbortSignal;
  /** Says one line to the person at the terminal. */
  readonly say: (line: string) => void;
  /** Called when an empty database was given its first admin. */
  readonly onAdmin: (admin: NewAdmin) => void;
}

/** Log files under `home`, whose warnings the terminal shows too. */
const journalsIn =
  (home: string, { stack, say }: BringUpOptions) =>
  (name: string): Journal => {
    const journal = openJournal(join(home, 'logs'), name);
    stack.defer(() => journal.close());
    return {
      ...journal,
      write: (text) => {
        journal.write(text);
        const short = shortForm(text);
        if (short !== null) say(short);
      },
    };
  };

/** Begins to build the studio, where that is needed; the answer waits for the end of it. */
const beginBuild = (root: string, { stack, signal, say }: BringUpOptions): Promise<void> => {
  const given = new AbortController();
  const building = buildStudio(root, {
    onBuild: () => say('Building the studio …'),
    signal: AbortSignal.any([signal, given.signal]),
  });
  // Whoever awaits the answer sees the failure; until then it must not count as unhandled.
  const settled = building.catch(() => {});
  stack.defer(async () => {
    given.abort();
    await settled;
  });
  return building;
};

const Missing = z.object({ missing: z.array(z.object({ what: z.string(), mend: z.string() })).default([]) });

/** Processes may be ready, each for itself, and still not find each other: by a wrong address in a variable, say. */
const checkJoined = async (address: string, signal: AbortSignal): Promise<void> => {
  const answer = await fetch(`${address}/readyz`, { signal });
  if (answer.ok) return;
  const { missing } = Missing.parse(await answer.json());
  if (missing.length === 0) throw new CommandError('The studio is not whole: look into the logs of its services.');
  throw new CommandError(
    `The studio is not whole: ${missing.map(({ what, mend }) => `${what} (${mend})`).join('; ')}.`,
  );
};

interface RunningStudio {
  /** The gateway's. */
  readonly address: string;
  /** The folder of its data. */
  readonly home: string;
  readonly log: Log;
}

/**
 * Brings a whole studio up.
 * @throws ConfigurationError or CommandError with one line that says what to do, the signal's reason when it aborts
 */
export const bringUp = async (options: BringUpOptions): Promise<RunningStudio> => {
  const { root, stack, signal } = options;
  const given = readConfig(process.env, root);
  const home = await prepareHome(given.home);
  stack.use(await lockHome(home));
  const config = { ...given, home, ports: await choosePorts(given) };
  const journal = journalsIn(home, options);
  const log = createLog('start', config.logLevel, journal('start'));
  const secret = await openSecret(config);
  signal.throwIfAborted();

  const database = await superviseDatabase(config, secret, log);
  stack.defer(() => database.stop());
  signal.throwIfAborted();
  const building = beginBuild(root, options);
  const { applied } = await migrate(database.url, secret, join(root, 'migrations'));
  if (applied > 0) log.info({ applied }, 'the database was migrated');
  await building;
  signal.throwIfAborted();

  const first = await ensureFirstAdmin({ databaseUrl: database.url, secret, log, admin: config.admin });
  if (first.outcome === 'made') options.onAdmin(first);
  const entry = join(import.meta.dirname, 'service.ts');
  const started = PROCESSES.map(({ name, services, limits }) => ({
    service: superviseProcess({
      name,
      services,
      entry,
      env: serviceEnvironment(process.env, config, database.url, services),
      journal: journal(name),
      log,
    }),
    limits,
  }));
  stack.defer(() => stopInOrder(started));
  const addresses = await allReady(started, signal);
  const address = addresses['gateway'] ?? '';
  await checkJoined(address, signal);
  log.info({ addresses }, 'ready');
  return { address, home, log };
};
