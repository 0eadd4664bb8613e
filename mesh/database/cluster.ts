import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '#mesh/config.ts';
import type { Binaries } from './postgres-binaries.ts';

/** The superuser of the embedded server. */
export const OWNER = 'devstudio';
const PREDECESSOR_LIMIT_MS = 5_000;

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

/** Whether a process is the server of this folder; its number alone may be somebody else's after a power loss. */
export const isServerOf = async (pid: number, data: string): Promise<boolean> => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  if (process.platform !== 'linux') return true;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(data);
};

/**
 * Waits until no server runs on a folder. One whose devstudio was killed shuts down by itself within moments; one that
 * stays belongs to a running devstudio.
 * @throws ConfigurationError when it stays
 */
export const awaitPredecessor = async (data: string): Promise<void> => {
  const file = join(data, 'postmaster.pid');
  for (const until = Date.now() + PREDECESSOR_LIMIT_MS; ; await delay(50)) {
    if (!existsSync(file)) return;
    const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
    if (!Number.isInteger(pid) || !(await isServerOf(pid, data))) {
      // PostgreSQL itself would take any living process of this number for its own.
      await rm(file, { force: true });
      return;
    }
    if (Date.now() > until) {
      throw new ConfigurationError(
        `Another devstudio runs on ${dirname(dirname(data))} (its PostgreSQL is process ${pid}): stop it, or set DEVSTUDIO_HOME to another folder.`,
      );
    }
  }
};

/**
 * Makes the files of a new, empty server.
 * @param password the owner's
 * @throws ConfigurationError with one line that says why it could not
 */
export const initialise = async (binaries: Binaries, data: string, password: string): Promise<void> => {
  const passwordFile = `${data}.password`;
  // Renamed when it is complete: a half-made folder of a start that was killed must not be taken for a database.
  const unfinished = `${data}.unfinished`;
  try {
    await rm(unfinished, { recursive: true, force: true });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await run(
      binaries.launcher,
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
