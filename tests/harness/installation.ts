import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const PORTS = ['GATEWAY_PORT', 'USERS_PORT', 'MODELS_PORT', 'SANDBOX_PORT', 'AGENTS_PORT', 'POSTGRES_PORT'];

/** A process below another, as /proc shows it. */
export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** The real product, started as a user starts it: `devstudio start` with processes and a PostgreSQL of its own. */
export interface Installation {
  readonly url: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  readonly admin: { readonly email: string; readonly password: string };
  /** What it printed to standard output so far. */
  output(): string;
  /** Every process below the supervisor, at any depth. */
  processes(): Promise<readonly Running[]>;
  /** Sends a signal to the supervisor and answers its exit code once it has ended. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** Ends it if it still runs and removes its folder. */
  remove(): Promise<void>;
}

/** Ports that are free now, all different. */
const freePorts = async (count: number): Promise<number[]> => {
  const probes = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<{ port: number; close: () => Promise<void> }>((done, fail) => {
          const probe = createServer();
          probe.once('error', fail);
          probe.listen(0, '127.0.0.1', () => {
            const address = probe.address();
            if (typeof address !== 'object' || !address) return fail(new Error('no port'));
            done({ port: address.port, close: () => new Promise((closed) => probe.close(() => closed())) });
          });
        }),
    ),
  );
  await Promise.all(probes.map(({ close }) => close()));
  return probes.map(({ port }) => port);
};

/** Every running process with its parent, from /proc. */
const allProcesses = async (): Promise<readonly (Running & { readonly parent: number })[]> => {
  const entries = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    entries.map(async (entry) => {
      try {
        const [stat, command] = await Promise.all([
          readFile(`/proc/${entry}/stat`, 'utf8'),
          readFile(`/proc/${entry}/cmdline`, 'utf8'),
        ]);
        // The name in parentheses may hold spaces; what follows it does not: state, parent …
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        return [{ pid: Number(entry), parent: Number(parent), command: command.replaceAll('\0', ' ').trim() }];
      } catch {
        return []; // It ended while we looked.
      }
    }),
  );
  return found.flat();
};

/** Every process below `root`, at any depth. */
export const descendants = async (root: number): Promise<readonly Running[]> => {
  const all = await allProcesses();
  const below = (pid: number): readonly Running[] =>
    all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(root);
};

/** Settles when none of the processes is there any more. */
export const gone = async (processes: readonly Running[]): Promise<void> => {
  for (;;) {
    const all = await allProcesses();
    if (!processes.some(({ pid, command }) => all.some((other) => other.pid === pid && other.command === command)))
      return;
    await new Promise((done) => setImmediate(done));
  }
};

const exitOf = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((done) => child.once('exit', (code) => done(code)));

/** Runs `devstudio <args>`, gives it `input` to read, and answers what it printed and how it ended. */
export const runDevstudio = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> => {
  const child = spawn(process.execPath, [join(ROOT, 'bin/devstudio.mjs'), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DEVSTUDIO_NO_APT: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end without having read.
  child.stdin.on('error', () => {}).end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // Not `exit`: by then not all of its output need have come.
  const code = await new Promise<number | null>((done) => child.once('close', (ended) => done(ended)));
  return { code, stdout, stderr };
};

/** Starts an installation in a folder of its own and answers when its ready block is printed. */
export const install = async (
  options: { readonly home?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Installation> => {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'devstudio-installation-')));
  const ports = await freePorts(PORTS.length);
  const admin = { email: 'admin@devstudio.test', password: randomBytes(12).toString('base64url') };
  const env: Readonly<Record<string, string>> = {
    DEVSTUDIO_HOME: home,
    DEVSTUDIO_NO_APT: '1',
    DEVSTUDIO_ADMIN_EMAIL: admin.email,
    DEVSTUDIO_ADMIN_PASSWORD: admin.password,
    ...Object.fromEntries(PORTS.map((name, index) => [name, String(ports[index])])),
    ...options.env,
  };
  const child = spawn(process.execPath, [join(ROOT, 'bin/devstudio.mjs'), 'start'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const url = await new Promise<string>((done, fail) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const address = /Studio +(\S+)\n/.exec(stdout)?.[1];
      if (address !== undefined) done(address);
    });
    child.once('exit', (code) => fail(new Error(`devstudio start ended with ${code}:\n${stdout}\n${stderr}`)));
  });
  return {
    url,
    home,
    env,
    admin,
    output: () => stdout,
    processes: () => descendants(child.pid ?? 0),
    end: (signal = 'SIGTERM') => {
      const exit = exitOf(child);
      child.kill(signal);
      return exit;
    },
    remove: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await exitOf(child);
      }
      await rm(home, { recursive: true, force: true });
    },
  };
};
