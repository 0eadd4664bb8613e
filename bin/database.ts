import type { Config } from '#mesh/config.ts';
import { startPostgres } from '#mesh/database/embedded.ts';
import { checkDatabase } from '#mesh/database/migrations.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';

export interface OpenDatabase {
  /** The owner's address. */
  readonly url: string;
  /** Settles when an embedded server has ended; never for somebody else's. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/**
 * The database that the configuration means: somebody's PostgreSQL by DATABASE_URL, or the embedded one, started here.
 * @throws ConfigurationError with one line that says what to do
 */
export const openDatabase = async (
  config: Pick<Config, 'databaseUrl' | 'home' | 'ports'>,
  secret: Secret,
  log: Log,
): Promise<OpenDatabase> => {
  if (config.databaseUrl === undefined) {
    return startPostgres({ home: config.home, port: config.ports.postgres, secret, log });
  }
  await checkDatabase(config.databaseUrl);
  return { url: config.databaseUrl, exited: new Promise(() => {}), stop: async () => {} };
};
