import { Client } from 'pg';
import type { Log } from '#mesh/log.ts';

/** Waits a little before it connects anew. */
const PAUSE_MS = 500;

/** Hears what others notify on a channel of PostgreSQL, over one connection for all who listen. */
export interface Notifications {
  /**
   * Calls `wake` when something was notified for a key, and when something may have been missed while there was no
   * connection. What happened before the first call is not heard of: look after you have begun to listen.
   * @returns ends it
   */
  listen(key: string, wake: () => void): () => void;
  stop(): Promise<void>;
}

/**
 * @param address a service's own address of the database
 * @param channel a name that is written in the code; notifications there are `<key>` or `<key>:<more>`
 */
export const openNotifications = (address: string, channel: string, log: Log): Notifications => {
  const listeners = new Map<string, Set<() => void>>();
  let client: Client | undefined;
  let pause: NodeJS.Timeout | undefined;
  let isStopped = false;

  const wakeAll = (): void => {
    for (const wakes of listeners.values()) for (const wake of wakes) wake();
  };

  const again = (): void => {
    if (isStopped || pause) return;
    pause = setTimeout(() => {
      pause = undefined;
      void connect();
    }, PAUSE_MS);
  };

  const connect = async (): Promise<void> => {
    const mine = new Client({ connectionString: address, keepAlive: true });
    client = mine;
    mine.on('notification', ({ payload = '' }) => {
      const [key = ''] = payload.split(':');
      for (const wake of listeners.get(key) ?? []) wake();
    });
    mine.on('error', (error) => log.warn({ error: error.message }, 'the connection for notifications was lost'));
    mine.on('end', again);
    try {
      await mine.connect();
      await mine.query(`listen ${mine.escapeIdentifier(channel)}`);
      wakeAll();
    } catch (error) {
      log.warn({ error }, 'there is no connection for notifications; it is tried again');
      await mine.end().catch(() => {});
      again();
    }
  };
  let opened: Promise<void> | undefined;

  return {
    listen: (key, wake) => {
      // A studio in which nobody watches needs no connection.
      opened ??= connect();
      const wakes = listeners.get(key) ?? new Set();
      listeners.set(key, wakes.add(wake));
      return () => {
        wakes.delete(wake);
        if (wakes.size === 0 && listeners.get(key) === wakes) listeners.delete(key);
      };
    },
    stop: async () => {
      isStopped = true;
      clearTimeout(pause);
      await opened;
      await client?.end().catch(() => {});
    },
  };
};
