import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ConfigurationError } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import { awaitPredecessor, initialise, isServerOf, OWNER } from './cluster.ts';
import { openBinaries } from './postgres-binaries.ts';

/** Part of the path of the data: there is no pg_upgrade among the embedded binaries, so each major has its own folder. */
const MAJOR = 18;
const DATABASE = 'devstudio';
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

export interface EmbeddedOptions {
  /** DEVSTUDIO_HOME: the data lies under `postgres/`, the server's log under `logs/`. */
  readonly home: string;
  readonly port: number;
  readonly secret: Secret;
  readonly log: Log;
  /** False trades durability for speed; for databases that a test throws away. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** The owner's address. */
  readonly url: string;
  /** Settles when the server has ended, whatever ended it. */
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

const dataIn = (home: string): string => join(home, 'postgres', `pg${MAJOR}`);

const addressOf = (password: string, port: number, database: string): string =>
  `postgres://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;

const passwordFrom = (secret: Secret): string => secret('database:owner').toString('base64url');

export type Found =
  /** `url` is the owner's address. */
  | { readonly outcome: 'running'; readonly url: string }
  /** It accepts no connection yet, or no more. */
  | { readonly outcome: 'changing' }
  | { readonly outcome: 'stopped' }
  /** Nothing was ever started here. */
  | { readonly outcome: 'none' };

/**
 * Looks for the embedded PostgreSQL of a folder, which another process may have started.
 * @param home DEVSTUDIO_HOME under its real name
 */
export const findPostgres = async (home: string, secret: Secret): Promise<Found> => {
  const data = dataIn(home);
  if (!existsSync(join(data, 'PG_VERSION'))) return { outcome: 'none' };
  // The file's lines: pid, folder, start time, port, socket folder, address, shared memory, state.
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port, , , , state] = text.split('\n').map((line) => line.trim());
  if (!(Number(pid) > 0) || !(await isServerOf(Number(pid), data))) return { outcome: 'stopped' };
  if (state !== 'ready') return { outcome: 'changing' };
  return { outcome: 'running', url: addressOf(passwordFrom(secret), Number(port), DATABASE) };
};

const checkPort = (port: number): Promise<void> =>
  new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', () =>
      fail(
        new ConfigurationError(
          `127.0.0.1:${port} is taken by another program: set POSTGRES_PORT to a free port, or end that program.`,
        ),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => done()));
  });

/**
 * What is said by a server whose predecessor was killed: its processes notice that a moment later, and until then hold
 * what it shared with them.
 */
const REMAINS = /pre-existing shared memory block/;
const REMAINS_LIMIT_MS = 10_000;
const REMAINS_PAUSE_MS = 200;

const awaitReady = async (url: string, child: ChildProcess, logFile: string): Promise<void> => {
  for (const until = Date.now() + START_LIMIT_MS; Date.now() < until; await delay(25)) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new ConfigurationError(`PostgreSQL ended while it started; ${logFile} says why.`);
    }
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
      // A constant, and `create database` takes no parameter.
      if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === '28P01') {
        throw new ConfigurationError(
          'The embedded database was made with another secret: restore DEVSTUDIO_HOME/keys/secret or the DEVSTUDIO_SECRET of that time.',
        );
      }
      // Not listening yet, or still recovering (57P03).
    } finally {
      await client.end().catch(() => {});
    }
  }
  throw new ConfigurationError(`PostgreSQL was not ready after ${START_LIMIT_MS / 1_000} s; ${logFile} says why.`);
};

/**
 * Starts the embedded PostgreSQL on 127.0.0.1, making its database first where there is none.
 * @throws ConfigurationError with one line that says what to do
 */
export const startPostgres = async (options: EmbeddedOptions): Promise<EmbeddedPostgres> => {
  const { home, port, log, durable = true } = options;
  const binaries = await openBinaries();
  const data = dataIn(home);
  await mkdir(dirname(data), { recursive: true, mode: 0o700 });
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
  await awaitPredecessor(data);
  await checkPort(port);

  const password = passwordFrom(options.secret);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(binaries, data, password);
  await chmod(data, 0o700);

  const logFile = join(home, 'logs', 'postgres.log');
  await using output = await open(logFile, 'a', 0o600);
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'timezone=UTC',
    'log_timezone=UTC',
    // The detail of a broken constraint holds the values that broke it: an e-mail address, say.
    'log_error_verbosity=terse',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  const [program = '', ...args] = [
    ...binaries.launcher,
    binaries.postgres,
    '-D',
    data,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const launch = async (): Promise<Pick<EmbeddedPostgres, 'exited' | 'stop'>> => {
    // A group of its own, so that Ctrl-C in the terminal reaches us alone and we end it last.
    const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd], cwd: data, detached: true });
    const exited = new Promise<void>((done) => {
      child.once('exit', (code, signal) => {
        log.debug({ code, signal }, 'PostgreSQL has ended');
        done();
      });
      child.once('error', () => done());
    });
    const stop = async (): Promise<void> => {
      child.kill('SIGINT');
      const hard = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_MS);
      await exited;
      clearTimeout(hard);
    };
    try {
      await awaitReady(addressOf(password, port, 'postgres'), child, logFile);
    } catch (error) {
      await stop();
      throw error;
    }
    return { exited, stop };
  };

  for (const until = Date.now() + REMAINS_LIMIT_MS; ; await delay(REMAINS_PAUSE_MS)) {
    const { size } = await output.stat();
    try {
      return { url: addressOf(password, port, DATABASE), ...(await launch()) };
    } catch (error) {
      const said = (await readFile(logFile)).subarray(size).toString();
      if (!REMAINS.test(said) || Date.now() > until) throw error;
    }
  }
};
