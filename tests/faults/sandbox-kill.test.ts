import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { IDENTITY_HEADER, signIdentity, type Caller } from '#mesh/identity.ts';
import { HERE, someone } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';
import { freePort } from '#tests/harness/ports.ts';

const MARK = `sleep 98${process.pid}`;
let database: TestDatabase;
let home: string;
let port: number;
const started: ChildProcess[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'devstudio-sandbox-'));
  port = await freePort();
});

afterAll(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const startProcess = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'sandbox-process.ts')], {
    env: {
      PATH: process.env['PATH'],
      DEVSTUDIO_HOME: home,
      DEVSTUDIO_SECRET: database.secretText,
      DATABASE_URL: database.url,
      SANDBOX_PORT: String(port),
      DEVSTUDIO_MICRO_WARM: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  if (!child.stdout) throw new Error('no stdout');
  await once(child.stdout, 'data');
  return child;
};

const ask = async (caller: Caller, query: string, variables: object): Promise<Record<string, unknown>> => {
  const body = JSON.stringify({ query, variables });
  const identity = { requestId: randomUUID(), caller, client: HERE };
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      [IDENTITY_HEADER]: signIdentity(database.secret('identity'), 'sandbox', identity, body),
    },
    body,
  });
  const { data } = z.object({ data: z.record(z.string(), z.unknown()) }).parse(await response.json());
  return data;
};

/** Processes whose command line has the mark, wherever they hang. */
const marked = (): readonly string[] =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(MARK);
      } catch {
        return false;
      }
    });

test('ten runs whose service is killed leave no orphan, and each is answered or marked as lost', async () => {
  const first = await startProcess();
  const done = someone();
  const START = 'mutation ($input: ExecuteInput!) { startExecution(input: $input) { id } }';
  const Started = z.object({ startExecution: z.object({ id: z.string() }) });
  const input = { engine: 'bash', code: 'echo done' };
  const answered = await ask(done, 'mutation ($input: ExecuteInput!) { execute(input: $input) { id status } }', {
    input,
  });
  expect(answered).toMatchObject({ execute: { status: 'SUCCEEDED' } });

  const users = Array.from({ length: 5 }, () => someone());
  const runs = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const user = users[index % users.length] ?? done;
      const code = `setsid ${MARK} & ${MARK}`;
      const data = await ask(user, START, { input: { engine: 'bash', code, timeoutMs: 60_000 } });
      return { user, id: Started.parse(data).startExecution.id };
    }),
  );
  // As many as there are places run, the others wait.
  await expect.poll(() => marked().length).toBeGreaterThanOrEqual(8);

  first.kill('SIGKILL');
  await once(first, 'exit');
  await expect.poll(marked).toEqual([]);

  await startProcess();
  const FIND = 'query ($id: ID!) { execution(id: $id) { status endedAt message } }';
  for (const { user, id } of runs) {
    await expect
      .poll(() => ask(user, FIND, { id }))
      .toEqual({ execution: { status: 'LOST', endedAt: expect.any(String), message: expect.any(String) } });
  }
  const before = z.object({ execute: z.object({ id: z.string() }) }).parse(answered).execute;
  expect(await ask(done, FIND, { id: before.id })).toMatchObject({ execution: { status: 'SUCCEEDED' } });
  // The next process works, and has cleared away what the killed one left.
  expect(await ask(done, 'mutation ($input: ExecuteInput!) { execute(input: $input) { stdout } }', { input })).toEqual({
    execute: { stdout: 'done\n' },
  });
  expect(globSync(`/sys/fs/cgroup/**/devstudio-jail-${first.pid}-*`)).toEqual([]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`cyberdevstudio-jail-${first.pid}-`))).toEqual([]);
});
