import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '#bin/command.ts';
import { freePort } from '#tests/harness/ports.ts';
import { startNode, untilAnswering, type Started } from '../processes.ts';

/** Where the peers are installed; no part of the project, and not in git. */
const FOLDER = join(import.meta.dirname, '../../../.cache/bench-gateway');
const SOURCE = join(import.meta.dirname, 'peers');

const isInstalled = async (wanted: string): Promise<boolean> => {
  try {
    return (await readFile(join(FOLDER, 'installed.json'), 'utf8')) === wanted;
  } catch {
    return false;
  }
};

/**
 * Installs the gateways that we measure ourselves against, at their exact versions and without their scripts. It is
 * done once, and needs the network.
 */
const installPeers = async (): Promise<string> => {
  const wanted = await readFile(join(SOURCE, 'package.json'), 'utf8');
  await mkdir(FOLDER, { recursive: true });
  await copyFile(join(SOURCE, 'apollo.mjs'), join(FOLDER, 'apollo.mjs'));
  if (await isInstalled(wanted)) return FOLDER;
  await copyFile(join(SOURCE, 'package.json'), join(FOLDER, 'package.json'));
  try {
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', args, { cwd: FOLDER, timeout: 600_000 });
  } catch {
    throw new CommandError(
      `The gateways to compare with cannot be installed, for which npm needs the network; \`npm install\` in ${FOLDER} says why.`,
    );
  }
  await copyFile(join(SOURCE, 'package.json'), join(FOLDER, 'installed.json'));
  return FOLDER;
};

export interface Gateway {
  readonly name: string;
  readonly url: string;
  readonly process: Started;
  /** Whether it has subscriptions. */
  readonly streams: boolean;
}

const startHive = async (folder: string, supergraph: string, rust: boolean): Promise<Gateway> => {
  const port = await freePort();
  const bin = join(folder, 'node_modules/@graphql-hive/gateway/dist/bin.js');
  const options = ['--host', '127.0.0.1', '--port', String(port), '--fork', '1'];
  const process = startNode([bin, 'supergraph', supergraph, ...options, ...(rust ? ['--hive-router-runtime'] : [])], {
    cwd: folder,
    env: { LOG_LEVEL: 'error' },
    talks: false,
  });
  return { name: rust ? 'hiveRust' : 'hive', url: `http://127.0.0.1:${port}`, process, streams: true };
};

const startApollo = async (folder: string, supergraph: string): Promise<Gateway> => {
  const port = await freePort();
  const process = startNode([join(folder, 'apollo.mjs'), supergraph, String(port)], { cwd: folder, talks: false });
  return { name: 'apollo', url: `http://127.0.0.1:${port}`, process, streams: false };
};

/** Starts Hive Gateway with its own planner and with the one in Rust, and ApolloServer with @apollo/gateway. */
export const startPeers = async (supergraph: string): Promise<readonly Gateway[]> => {
  const folder = await installPeers();
  const peers = await Promise.all([
    startHive(folder, supergraph, false),
    startHive(folder, supergraph, true),
    startApollo(folder, supergraph),
  ]);
  try {
    // ApolloServer's standalone server answers at every path, ours and Hive's at /graphql.
    await Promise.all(peers.map(({ url }) => untilAnswering(url)));
  } catch (error) {
    await Promise.all(peers.map(({ process }) => process.stop()));
    throw error;
  }
  return peers;
};
