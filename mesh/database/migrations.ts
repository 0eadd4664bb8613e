import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import { Client } from 'pg';
import { ConfigurationError, SUBGRAPHS } from '#mesh/config.ts';
import type { Secret } from '#mesh/secret.ts';
import { roleOf } from './pool.ts';

const OLDEST_MAJOR = 15;
const SCHEMA = 'devstudio';
/** Held while migrating, so that of several starts one migrates and the others wait. Any constant will do. */
const LOCK = 6_813_001;

const withClient = async <T>(url: string, work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
};

/** An address without its password, for messages. */
const shown = (url: string): string => {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
};

/**
 * Checks that the database answers and is new enough.
 * @throws ConfigurationError with one line that says what to do
 */
export const checkDatabase = async (url: string): Promise<void> => {
  let version: number;
  try {
    version = await withClient(url, async (client) => {
      const { rows } = await client.query<{ number: string }>("select current_setting('server_version_num') as number");
      return Math.floor(Number(rows[0]?.number) / 10_000);
    });
  } catch (error) {
    const reason = error instanceof AggregateError ? error.errors[0] : error;
    throw new ConfigurationError(
      `The database at ${shown(url)} cannot be used (${reason instanceof Error ? reason.message : String(reason)}): correct DATABASE_URL, or unset it to use the embedded PostgreSQL.`,
    );
  }
  if (version < OLDEST_MAJOR) {
    throw new ConfigurationError(
      `The database at ${shown(url)} is PostgreSQL ${version}; it must be ${OLDEST_MAJOR} or newer.`,
    );
  }
};

interface Migration {
  readonly name: string;
  readonly sha256: string;
}

const readMigrations = async (folder: string): Promise<readonly Migration[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted();
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(0, -'.sql'.length),
      sha256: createHash('sha256')
        .update(await readFile(join(folder, file)))
        .digest('hex'),
    })),
  );
};

/** The migration tool notices no edit of a file that has run already; this does. */
const refuseEdited = async (client: Client, migrations: readonly Migration[]): Promise<void> => {
  await client.query(`create schema if not exists ${SCHEMA}`);
  await client.query(
    `create table if not exists ${SCHEMA}.migration_checksums (name text primary key, sha256 text not null)`,
  );
  const { rows } = await client.query<Migration>(`select name, sha256 from ${SCHEMA}.migration_checksums`);
  const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
  const edited = migrations.find(({ name, sha256 }) => applied.has(name) && applied.get(name) !== sha256);
  if (edited) {
    throw new ConfigurationError(
      `migrations/${edited.name}.sql was edited after it ran on this database: restore it, and put the change into a new migration.`,
    );
  }
};

const setPasswords = async (client: Client, secret: Secret): Promise<void> => {
  for (const service of SUBGRAPHS) {
    // `alter role` takes no parameters, so the server quotes the statement for us.
    const { rows } = await client.query<{ statement: string }>(
      "select format('alter role %I password %L', $1::text, $2::text) as statement",
      [roleOf(service), secret(`database:${service}`).toString('base64url')],
    );
    const statement = rows[0]?.statement;
    if (statement) await client.query(statement);
  }
};

/**
 * Brings the database to the newest state: every migration of the folder that has not run yet, all in one
 * transaction, then the passwords of the services' roles.
 * @param url an administrator's address
 * @param folder where `NNNN_name.sql` lie
 * @returns how many migrations ran
 * @throws ConfigurationError when an applied file was edited
 */
export const migrate = (url: string, secret: Secret, folder: string): Promise<{ applied: number }> =>
  withClient(url, async (client) => {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const migrations = await readMigrations(folder);
    await refuseEdited(client, migrations);
    const ran = await runner({
      dbClient: client,
      dir: folder,
      direction: 'up',
      migrationsSchema: SCHEMA,
      migrationsTable: 'migrations',
      checkOrder: true,
      singleTransaction: true,
      noLock: true,
      log: () => {},
      logger: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    });
    for (const { name, sha256 } of migrations) {
      await client.query(
        `insert into ${SCHEMA}.migration_checksums (name, sha256) values ($1, $2) on conflict do nothing`,
        [name, sha256],
      );
    }
    await setPasswords(client, secret);
    return { applied: ran.length };
  });
