import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { IDENTITY_HEADER, signIdentity, type Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, codeOf, HERE, someone, type Answer } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

let database: TestDatabase;
let home: string;
let one: Subgraph;
let other: Subgraph;

const start = (): Promise<Subgraph> =>
  startSandbox({
    config: readConfig({ DEVSTUDIO_HOME: home, DEVSTUDIO_EXECUTIONS: '4', DEVSTUDIO_MICRO_WARM: '0' }, '/'),
    databaseUrl: database.url,
    secret: database.secret,
    log: createLog('test', 'silent'),
  });

beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'devstudio-sandbox-'));
  one = await start();
  other = await start();
});

afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const ask = (subgraph: Subgraph, caller: Caller, query: string, variables: Record<string, unknown>): Promise<Answer> =>
  askSubgraph(subgraph, database.secret, caller, query, variables);

const Started = z.object({ startExecution: z.object({ id: z.uuid() }) });
const begin = async (subgraph: Subgraph, caller: Caller, code: string, more: object = {}): Promise<string> => {
  const { data } = await ask(
    subgraph,
    caller,
    'mutation ($input: ExecuteInput!) { startExecution(input: $input) { id } }',
    { input: { engine: 'bash', code, ...more } },
  );
  return Started.parse(data).startExecution.id;
};
const statusAt = async (subgraph: Subgraph, caller: Caller, id: string): Promise<unknown> => {
  const { data } = await ask(subgraph, caller, 'query ($id: ID!) { execution(id: $id) { status } }', { id });
  return z.object({ execution: z.object({ status: z.string() }).nullable() }).parse(data).execution?.status;
};

/** What the subgraph streams, until it ends or the signal aborts. */
const stream = async (
  subgraph: Subgraph,
  caller: Caller,
  query: string,
  variables: object,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> => {
  const body = JSON.stringify({ query, variables });
  const identity = { requestId: randomUUID(), caller, client: HERE };
  const response = await subgraph.handle({
    headers: {
      accept: 'text/event-stream',
      [IDENTITY_HEADER]: signIdentity(database.secret('identity'), 'sandbox', identity, body),
    },
    body,
    signal,
  });
  return response.text();
};

describe('of two processes of the sandbox', () => {
  test('each answers for its own, and shows and ends those of the other', async () => {
    const ada = someone();
    const id = await begin(one, ada, 'sleep 60');
    await expect.poll(() => statusAt(other, ada, id)).toBe('RUNNING');
    const CANCEL = 'mutation ($id: ID!) { cancelExecution(id: $id) { id } }';
    expect(codeOf(await ask(other, someone(), CANCEL, { id }))).toBe('NOT_FOUND');
    await ask(other, ada, CANCEL, { id });
    await expect.poll(() => statusAt(other, ada, id)).toBe('CANCELLED');
    expect(await statusAt(one, ada, id)).toBe('CANCELLED');
  });

  test('the other tells how one ends, and how much of its events it does not have', async () => {
    const ada = someone();
    const id = await begin(one, ada, 'echo 1; sleep 1; exit 3');
    const EVENTS =
      'subscription ($id: ID!) { executionEvents(id: $id) { type sequence lost status exitCode execution { stdout } } }';
    const text = await stream(other, ada, EVENTS, { id });
    expect(text).toMatch(/"type":"TRUNCATED","sequence":3,"lost":3/);
    expect(text).toMatch(/"type":"EXITED","sequence":4,"lost":null,"status":"FAILED","exitCode":3/);
    expect(text).toContain('"stdout":"1\\n"');
  });

  test('the same request with a key is one execution at both', async () => {
    const ada = someone();
    const more = { idempotencyKey: 'k' };
    const EXECUTE = 'mutation ($input: ExecuteInput!) { execute(input: $input) { id stdout } }';
    const input = { engine: 'bash', code: 'sleep 0.5; echo $RANDOM', ...more };
    const [first, second] = await Promise.all([one, other].map((subgraph) => ask(subgraph, ada, EXECUTE, { input })));
    expect(first?.data).toEqual(second?.data);
    expect(first?.errors).toBeUndefined();
  });
});

test('a program whose project is deleted is ended', async () => {
  const ada = someone();
  const { data } = await ask(one, ada, 'mutation { createProject(name: "p") { id } }', {});
  const projectId = z.object({ createProject: z.object({ id: z.uuid() }) }).parse(data).createProject.id;
  const id = await begin(one, ada, 'sleep 60', { projectId });
  await expect.poll(() => statusAt(one, ada, id)).toBe('RUNNING');
  await ask(other, ada, 'mutation ($id: ID!) { deleteProject(id: $id, name: "p") }', { id: projectId });
  // Known to the process that runs it for as long as it runs.
  await expect.poll(() => statusAt(one, ada, id)).toBeUndefined();
});

describe('whoever goes away before the answer', () => {
  const leave = async (caller: Caller, input: object): Promise<void> => {
    const left = new AbortController();
    const query = 'mutation ($input: ExecuteInput!) { execute(input: $input) { id } }';
    const body = JSON.stringify({ query, variables: { input } });
    const identity = { requestId: randomUUID(), caller, client: HERE };
    const answer = one.handle({
      headers: { [IDENTITY_HEADER]: signIdentity(database.secret('identity'), 'sandbox', identity, body) },
      body,
      signal: left.signal,
    });
    await expect.poll(() => running(caller)).toEqual(['RUNNING']);
    left.abort();
    await answer;
  };
  const running = async (caller: Caller): Promise<readonly unknown[]> => {
    const rows = await database.sql('select status from sandbox.executions where owner_id = $1', [caller.userId]);
    return rows.map(({ status }) => status);
  };

  test('has ended the program', async () => {
    const ada = someone();
    await leave(ada, { engine: 'bash', code: 'sleep 60' });
    await expect.poll(() => running(ada)).toEqual(['CANCELLED']);
  });

  test('finds it again by its key', async () => {
    const ada = someone();
    const input = { engine: 'bash', code: 'sleep 1; echo there', idempotencyKey: 'mine' };
    await leave(ada, input);
    const EXECUTE = 'mutation ($input: ExecuteInput!) { execute(input: $input) { stdout } }';
    const again = await ask(one, ada, EXECUTE, { input });
    expect(again.data).toEqual({ execute: { stdout: 'there\n' } });
    expect(await running(ada)).toEqual(['SUCCEEDED']);
  });
});

test('a service that stops ends what runs and writes that down', async () => {
  const ada = someone();
  const third = await start();
  const id = await begin(third, ada, 'sleep 60');
  await expect.poll(() => statusAt(one, ada, id)).toBe('RUNNING');
  await third.stop();
  expect(await statusAt(one, ada, id)).toBe('CANCELLED');
});
