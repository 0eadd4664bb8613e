import { ConfigurationError, readConfig, SUBGRAPHS, type ServiceName } from '#mesh/config.ts';
import { createLog, type Log } from '#mesh/log.ts';
import { openSecret } from '#mesh/secret.ts';
import { startTelemetry } from '#mesh/telemetry.ts';
import { readArguments } from './arguments.ts';
import { CommandError, type Run } from './command.ts';
import { hostServices } from './serve/host.ts';
import { CLEANUP_LIMIT_MS, ORPHAN_GRACE_MS, SIGNAL_GRACE_MS } from './supervisor/limits.ts';
import { ToService, type FromService } from './supervisor/messages.ts';

const SERVICES: readonly ServiceName[] = ['gateway', ...SUBGRAPHS];
const isService = (name: string): name is ServiceName => SERVICES.some((service) => service === name);

/** Decides which services a command line names. */
const chooseServices = (words: readonly string[]): readonly ServiceName[] => {
  const unknown = words.find((word) => !isService(word));
  if (unknown !== undefined || words.length === 0) {
    const what = unknown === undefined ? 'serve needs a service' : `there is no service '${unknown}'`;
    throw new CommandError(`${what}; there are ${SERVICES.join(', ')}.`, 2);
  }
  return [...new Set(words.filter(isService))];
};

/** Settles with the grace that running answers have, when this process shall end. */
const untilStopped = (supervised: boolean): Promise<number> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve(SIGNAL_GRACE_MS));
    if (!supervised) return;
    process.on('disconnect', () => resolve(ORPHAN_GRACE_MS));
    process.on('message', (message) => {
      resolve(ToService.parse(message).graceMs);
    });
  });

/** Tells the supervisor, and settles when it has been told or is gone. */
const tell = (message: FromService): Promise<void> =>
  new Promise((done) => {
    if (process.send && process.connected) process.send(message, undefined, undefined, () => done());
    else done();
  });

/** A process in an unknown state does not go on: it says why and ends, and is started anew. */
const endOnUnexpected = (log: Log): void => {
  const end = (error: unknown): never => {
    log.fatal({ error }, 'an unexpected failure ends this process');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
};

export const run: Run = async ({ root, args }) => {
  const { values, words } = readArguments(args, { supervised: { type: 'boolean' } }, SERVICES.length);
  const services = chooseServices(words);
  const supervised = values.supervised === true;
  const stopped = untilStopped(supervised);
  const config = readConfig(process.env, root);
  const name = services[0] ?? 'gateway';
  const logOf = (service: ServiceName): Log => createLog(service, config.logLevel);
  const log = logOf(name);
  endOnUnexpected(log);
  // Before the services, whose libraries are traced only when they are loaded afterwards.
  const stopTelemetry = await startTelemetry(name, log);

  const starting = openSecret(config).then((secret) => hostServices({ root, services, config, secret, logOf }));
  const first = await Promise.race([
    starting.then((hosted) => ({ outcome: 'hosted', hosted }) as const),
    stopped.then((graceMs) => ({ outcome: 'stopped', graceMs }) as const),
  ]).catch(async (error: unknown) => {
    const expected = error instanceof ConfigurationError;
    if (!expected) log.fatal({ error }, 'the start failed');
    const reason = error instanceof Error ? error.message : String(error);
    const sentence = expected ? reason : `${words.join(', ')} could not start: ${reason}`;
    await tell({ type: 'refused', sentence });
    throw new CommandError(sentence);
  });

  if (first.outcome === 'hosted') {
    const { addresses } = first.hosted;
    log.info({ addresses }, 'ready');
    await tell({ type: 'ready', addresses });
  }
  const graceMs = await stopped;
  setTimeout(() => {
    log.warn('stopping took too long');
    process.exit(1);
  }, graceMs + CLEANUP_LIMIT_MS).unref();
  // What is starting is let finish, since half a start cannot be undone; the limit above bounds it.
  await starting.then((hosted) => hosted.stop(graceMs));
  await stopTelemetry();
  log.info('stopped');
  return 0;
};
