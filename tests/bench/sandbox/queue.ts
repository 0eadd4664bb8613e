import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { startPostgres } from '#mesh/database/embedded.ts';
import { migrate } from '#mesh/database/migrations.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, someone } from '#tests/harness/caller.ts';
import { freePort } from '#tests/harness/ports.ts';
import { median } from '../statistics.ts';

const USERS = 5;
const OF_EACH = 10;

/** Fifty executions of five users at once, ten of each. */
export interface QueueFigures {
  readonly executions: number;
  readonly succeeded: number;
  /** Until the last had ended, in milliseconds. */
  readonly allMs: number;
  /** How long each user's executions waited, the median of each user: least and most of the five. */
  readonly waitedMs: { readonly least: number; readonly most: number };
}

const Answer = z.object({ execute: z.object({ status: z.string(), stdout: z.string(), queuedMs: z.number() }) });
const EXECUTE = 'mutation ($input: ExecuteInput!) { execute(input: $input) { status stdout queuedMs } }';

const measure = async (sandbox: Subgraph, secret: ReturnType<typeof secretFrom>): Promise<QueueFigures> => {
  const execute = async (user: ReturnType<typeof someone>, text: string) => {
    const input = { engine: 'run:python', code: `print("${text}")` };
    const { data } = await askSubgraph(sandbox, secret, user, EXECUTE, { input });
    return Answer.parse(data).execute;
  };
  // The first opens the jail.
  await execute(someone(), 'first');
  const users = Array.from({ length: USERS }, () => someone());
  const begun = performance.now();
  const answers = await Promise.all(
    users.map((user, of) =>
      Promise.all(
        Array.from({ length: OF_EACH }, async (_, n) => {
          const { status, stdout, queuedMs } = await execute(user, `${of} ${n}`);
          return { isRight: status === 'SUCCEEDED' && stdout === `${of} ${n}\n`, queuedMs };
        }),
      ),
    ),
  );
  const allMs = performance.now() - begun;
  const waited = answers.map((own) => median(own.map(({ queuedMs }) => queuedMs)));
  return {
    executions: USERS * OF_EACH,
    succeeded: answers.flat().filter(({ isRight }) => isRight).length,
    allMs,
    waitedMs: { least: Math.min(...waited), most: Math.max(...waited) },
  };
};

/** Measures the queue of a whole sandbox on a PostgreSQL of its own. */
export const benchQueue = async (): Promise<QueueFigures> => {
  const log = createLog('bench', 'silent');
  const secret = secretFrom(randomBytes(32).toString('hex'));
  const home = await mkdtemp(join(tmpdir(), 'devstudio-bench-'));
  try {
    const server = await startPostgres({ home, port: await freePort(), secret, log });
    try {
      await migrate(server.url, secret, join(import.meta.dirname, '../../../migrations'));
      const config = readConfig({ DEVSTUDIO_HOME: home }, '/');
      const sandbox = await startSandbox({ config, databaseUrl: server.url, secret, log });
      try {
        return await measure(sandbox, secret);
      } finally {
        await sandbox.stop();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};
