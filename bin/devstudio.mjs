#!/usr/bin/env node
/**
 * The way in. It needs no package and runs on any Node ≥ 20: it installs the locked packages where they are missing or
 * differ from package-lock.json, and hands over to the Node 24 among them unless the running one is new enough.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decideInstall, lackingBinaries } from './bootstrap/install.mjs';

const OLDEST_MAJOR = 20;
const NEEDED_MAJOR = 24;
/** Commands of a finished installation; the others also build or test, for which they need the development packages. */
const PRODUCTION = ['serve', 'migrate', 'help', 'version'];
/** Set for the process that is handed over to, to when this one began: it need not look at the packages again. */
const HANDED_OVER = 'DEVSTUDIO_HANDED_OVER';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const major = Number(process.versions.node.split('.')[0]);
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const pinned = join(
  root,
  'node_modules',
  `node-${platform}`,
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

const end = (line) => {
  process.stderr.write(`devstudio: ${line}\n`);
  process.exit(1);
};

const readJson = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Runs npm quietly under a given Node; a failure ends with the last lines of what it said. */
const npm = (node, parameters) => {
  const path = `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`;
  const own = process.env.npm_execpath;
  const [program, ...before] = own && basename(own) === 'npm-cli.js' ? [node, own] : ['npm'];
  const result = spawnSync(program, [...before, ...parameters], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, PATH: path },
    maxBuffer: 64 * 1024 * 1024,
    // npm is a script with a .cmd in front of it there.
    shell: process.platform === 'win32' && program === 'npm',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.error) end(`npm could not be run (${result.error.message}): install npm, then try again.`);
  if (result.signal) process.kill(process.pid, result.signal);
  if (result.status !== 0) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-15).join('\n');
    end(`npm ${parameters.join(' ')} failed; npm said:\n${said}`);
  }
};

const install = () => {
  const lock = readJson(join(root, 'package-lock.json'));
  if (!lock) end(`${join(root, 'package-lock.json')} is missing or damaged: restore it, then try again.`);
  const readInstalled = () => readJson(join(root, 'node_modules', '.package-lock.json'));
  const decision = decideInstall(lock, readInstalled(), { development: !PRODUCTION.includes(args[0] ?? 'help') });
  if (decision.outcome === 'current') return;
  process.stderr.write(`Installing the locked packages (${decision.reason}); this takes about a minute.\n`);
  npm(process.execPath, ['ci', '--include=dev']);
  // npm leaves out a native binary when its package asks for a newer Node than npm runs on; ours will be newer.
  if (major < NEEDED_MAJOR && existsSync(pinned) && lackingBinaries(lock, readInstalled(), process).length > 0) {
    npm(pinned, ['install', '--no-save', '--include=dev', '--ignore-scripts', '--prefer-offline']);
  }
};

const handOver = () => {
  if (!existsSync(pinned)) {
    end(
      `Node ${NEEDED_MAJOR} or newer is needed, this is ${process.versions.node}, and none is packaged for ${platform}: install Node ${NEEDED_MAJOR}, then try again.`,
    );
  }
  // The channel tells the other side when this process is killed, so that nothing stays behind.
  const child = spawn(pinned, [fileURLToPath(import.meta.url), ...args], {
    env: { ...process.env, [HANDED_OVER]: String(performance.timeOrigin) },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) =>
    end(
      `the packaged Node ${NEEDED_MAJOR} does not run here (${error.code ?? error.message}; it needs glibc): install Node ${NEEDED_MAJOR} or newer, then try again.`,
    ),
  );
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

if (major < OLDEST_MAJOR) end(`Node ${OLDEST_MAJOR} or newer is needed, and this is ${process.versions.node}.`);
const handedOver = process.env[HANDED_OVER] !== undefined;
const startedAt = Number(process.env[HANDED_OVER] ?? performance.timeOrigin);
if (!handedOver) install();
if (major < NEEDED_MAJOR) handOver();
else {
  delete process.env[HANDED_OVER];
  if (handedOver && process.channel) {
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel.unref();
  }
  const { main } = await import('./main.ts');
  process.exit(await main(root, args, startedAt));
}
