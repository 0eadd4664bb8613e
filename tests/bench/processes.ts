import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';

/** Microseconds: Linux counts a process in hundredths of a second, whatever the machine. */
const TICK_US = 10_000;

export interface Started {
  readonly pid: number;
  /** Sends a message, or none, and waits for the next that comes. */
  receive<T>(schema: z.ZodType<T>, message?: object): Promise<T>;
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is one of ours, which talk with us. */
  readonly talks?: boolean;
}

const died = (child: ChildProcess, what: string): Promise<never> =>
  once(child, 'exit').then(([code]) => {
    throw new Error(`${what} ended with ${String(code)}.`);
  });

/** Starts a module with the Node that runs this one; what it says on standard error goes to ours. */
export const startNode = (args: readonly string[], { cwd, env = {}, talks = true }: StartOptions = {}): Started => {
  const child = spawn(process.execPath, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', ...(talks ? ['ipc' as const] : [])],
  });
  const dead = died(child, args.join(' '));
  // Told of by whoever waits for it.
  dead.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    receive: async (schema, message) => {
      const next = once(child, 'message');
      if (message) child.send(message);
      const [given]: unknown[] = await Promise.race([next, dead]);
      return schema.parse(given);
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
};

/** CPU that a process and its threads have used so far, in microseconds. */
export const cpuOf = async (pid: number): Promise<number> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // After the name in parentheses: state, and from there utime and stime at 11 and 12.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
};

/** Waits until a gateway answers GraphQL. @throws Error after a minute */
export const untilAnswering = async (url: string): Promise<void> => {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(250)) {
    try {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      });
      if (answer.ok) return;
    } catch {
      // It does not listen yet.
    }
  }
  throw new Error(`${url} does not answer.`);
};
