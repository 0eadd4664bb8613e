import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Config } from '#mesh/config.ts';
import { findChromium } from '../chromium.ts';
import { isLocked } from '../supervisor/lock.ts';
import { choosePorts } from '../supervisor/ports.ts';
import { missing, ok, reduced, type Finding } from './finding.ts';

const GIBIBYTE = 2 ** 30;
const ENOUGH_MEMORY = 2 * GIBIBYTE;
const ENOUGH_DISK = 2 * GIBIBYTE;
const gibibytes = (bytes: number): string => `${(bytes / GIBIBYTE).toFixed(1)} GiB`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const checkNode = (): Finding =>
  Number(process.versions.node.split('.')[0]) >= 24
    ? ok('Node', process.versions.node)
    : missing('Node', process.versions.node, 'install Node 24 or newer');

/** A container's limit counts, not the machine behind it. */
export const checkMemory = (): Finding => {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  const cores = availableParallelism();
  const detail = `${gibibytes(memory)} of memory, ${gibibytes(process.availableMemory())} of it free; ${cores} core${cores === 1 ? '' : 's'}`;
  return memory >= ENOUGH_MEMORY
    ? ok('Machine', detail)
    : reduced('Machine', detail, 'the starter model runs; larger models want 2 GiB and more');
};

const nearestFolder = (path: string): string => (existsSync(path) ? path : nearestFolder(dirname(path)));

/** Looks without making anything. */
export const checkHome = ({ home }: Config): Finding => {
  const folder = nearestFolder(home);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return missing('Folder', `${home}: ${messageOf(error)}`, 'set DEVSTUDIO_HOME to a folder that you may write');
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${home}, ${gibibytes(free)} free`;
  return free >= ENOUGH_DISK
    ? ok('Folder', detail)
    : reduced('Folder', detail, 'free some space: the database and models grow');
};

export const checkPorts = async (config: Config): Promise<Finding> => {
  if (await isLocked(config.home)) return ok('Ports', 'a studio runs on this folder right now');
  try {
    await choosePorts(config, { patienceMs: 0 });
    const { gateway, users, models, sandbox, agents } = config.ports;
    return ok('Ports', `${[gateway, users, models, sandbox, agents].join(', ')} on ${config.host} are free`);
  } catch (error) {
    const [detail = '', mend = ''] = messageOf(error).split(': ');
    return missing('Ports', detail, mend);
  }
};

export const checkNamespaces = (): Finding =>
  spawnSync('unshare', ['-U', 'true'], { stdio: 'ignore', timeout: 5_000 }).status === 0
    ? ok('Namespaces', 'users may make user namespaces')
    : reduced(
        'Namespaces',
        'no user namespace can be made',
        'start as another user than root, and let the kernel allow them (sysctl user.max_user_namespaces, or the seccomp profile of the container)',
      );

export const checkBrowser = (): Finding => {
  const path = findChromium();
  return path
    ? ok('Browser', `${path}, for npm test`)
    : reduced(
        'Browser',
        'no Chromium, so npm test leaves the browser tests out',
        'install chromium or set CHROMIUM_PATH',
      );
};
