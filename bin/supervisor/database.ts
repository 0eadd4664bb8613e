import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import { openDatabase, type OpenDatabase } from '../database.ts';
import { nextRestart } from './restart.ts';

/**
 * The database, started anew when it ends by itself; services reconnect to the same address.
 * @throws ConfigurationError when it cannot be opened at first
 */
export const superviseDatabase = async (
  config: Pick<Config, 'databaseUrl' | 'home' | 'ports'>,
  secret: Secret,
  log: Log,
): Promise<Pick<OpenDatabase, 'url' | 'stop'>> => {
  const stopping = new AbortController();
  let current = await openDatabase(config, secret, log);
  const { url } = current;

  const keepRunning = async (): Promise<void> => {
    for (let failures = 0, openedAt = performance.now(); ; openedAt = performance.now()) {
      // After a start that failed it is the earlier server, which has ended already.
      await current.exited;
      if (stopping.signal.aborted) return;
      const next = nextRestart(failures, performance.now() - openedAt);
      ({ failures } = next);
      log.error({ failures }, `PostgreSQL ended by itself; started again in ${next.delayMs} ms`);
      await delay(next.delayMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        current = await openDatabase(config, secret, log);
      } catch (error) {
        log.error({ error }, 'PostgreSQL could not be started again');
      }
    }
  };
  const done = keepRunning();

  return {
    url,
    stop: async () => {
      stopping.abort();
      await current.stop();
      // A server that was just being started.
      if (config.databaseUrl === undefined) await done;
      await current.stop();
    },
  };
};
