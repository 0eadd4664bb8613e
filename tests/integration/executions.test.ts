import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import type { Caller } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { askSubgraph, codeOf, someone, type Answer } from '#tests/harness/caller.ts';
import { freshDatabase, type TestDatabase } from '#tests/harness/database.ts';

const log = createLog('test', 'silent');
let database: TestDatabase;
let home: string;
let sandbox: Subgraph;

beforeAll(async () => {
  database = await freshDatabase();
  home = await mkdtemp(join(tmpdir(), 'devstudio-sandbox-'));
  const config = readConfig({ DEVSTUDIO_HOME: home }, '/');
  sandbox = await startSandbox({ config, databaseUrl: database.url, secret: database.secret, log });
});

afterAll(async () => {
  await sandbox.stop();
  await database.drop();
  await rm(home, { recursive: true, force: true });
});

const ask = (caller: Caller | null, query: string, variables?: Record<string, unknown>): Promise<Answer> =>
  askSubgraph(sandbox, database.secret, caller, query, variables);

const FIELDS = `id engine driver isolation status exitCode signal stdout stderr totals { stdout stderr }
  truncated { stdout stderr } timedOut limits { wallMs cpuMs memoryBytes processes outputBytes diskBytes }
  queuedMs wallMs cpuMs peakMemoryBytes files { path size content } message createdAt startedAt endedAt
  project { id } user { id }`;

const Execution = z.looseObject({ id: z.uuid(), engine: z.string(), status: z.string(), stdout: z.string() });
const execute = async (caller: Caller, input: Record<string, unknown>): Promise<Answer> =>
  ask(caller, `mutation ($input: ExecuteInput!) { execute(input: $input) { ${FIELDS} } }`, { input });
const executed = async (caller: Caller, input: Record<string, unknown>) => {
  const { data, errors } = await execute(caller, input);
  expect(errors).toBeUndefined();
  return Execution.parse(data?.['execute']);
};

describe('a program', () => {
  test('runs and answers with all that became of it', async () => {
    const ada = someone();
    const execution = await executed(ada, { engine: 'run:python', code: 'print("hello")' });
    expect(execution).toEqual({
      id: expect.any(String),
      engine: 'run:python',
      driver: expect.stringContaining('bubblewrap'),
      isolation: 'namespaces+seccomp',
      status: 'SUCCEEDED',
      exitCode: 0,
      signal: null,
      stdout: 'hello\n',
      stderr: '',
      totals: { stdout: 6, stderr: 0 },
      truncated: { stdout: false, stderr: false },
      timedOut: false,
      limits: {
        wallMs: 10_000,
        cpuMs: 20_000,
        memoryBytes: 268_435_456,
        processes: 64,
        outputBytes: 1_048_576,
        diskBytes: 134_217_728,
      },
      queuedMs: expect.any(Number),
      wallMs: expect.any(Number),
      cpuMs: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
      files: [],
      message: null,
      createdAt: expect.any(String),
      startedAt: expect.any(String),
      endedAt: expect.any(String),
      project: null,
      user: { id: ada.userId },
    });
    const later = await ask(ada, `query ($id: ID!) { execution(id: $id) { ${FIELDS} } }`, { id: execution.id });
    expect(later.errors).toBeUndefined();
    expect(later.data?.['execution']).toEqual({
      ...execution,
      createdAt: expect.any(String),
      startedAt: expect.any(String),
      endedAt: expect.any(String),
    });
  });

  test.for([
    ['run:node', 'console.log(1 + 2)', '3\n'],
    ['run:bash', 'echo $((1 + 2))', '3\n'],
    ['node', 'console.log(1 + 2)', '3\n'],
    ['bash', 'cat; echo "$1 $NAME"', 'in a b é\n'],
  ])('of %s does what it says', async ([engine = '', code = '', stdout = '']) => {
    const input = { engine, code, stdin: 'in ', args: ['a b'], env: [{ name: 'NAME', value: 'é' }] };
    const execution = await executed(someone(), input);
    expect(execution).toMatchObject({ stdout, status: 'SUCCEEDED', engine: expect.stringMatching(/^run:/) });
  });

  test('reads an empty stdin when none is given', async () => {
    expect(await executed(someone(), { engine: 'run:bash', code: 'wc -c' })).toMatchObject({ stdout: '0\n' });
  });

  test('that fails, or takes too long, is a result', async () => {
    const failed = await executed(someone(), { engine: 'run:python', code: 'import sys; sys.exit(7)' });
    expect(failed).toMatchObject({ status: 'FAILED', exitCode: 7, timedOut: false });
    const late = await executed(someone(), { engine: 'run:python', code: 'while True: pass', timeoutMs: 200 });
    expect(late).toMatchObject({ status: 'TIMED_OUT', exitCode: null, timedOut: true, limits: { wallMs: 200 } });
  });

  test('gets the limits that its caller’s role may have, and the answer says which', async () => {
    const limits = { timeoutMs: 999_999_999, memoryMb: 99_999 };
    const code = 'true';
    const developer = await executed(someone(), { engine: 'run:bash', code, ...limits });
    expect(developer).toMatchObject({ limits: { wallMs: 60_000, memoryBytes: 512 * 1_048_576 } });
    const admin = await executed(someone('ADMIN'), { engine: 'run:bash', code, ...limits });
    expect(admin).toMatchObject({ limits: { wallMs: 120_000, memoryBytes: 2_048 * 1_048_576 } });
  });

  test('has the files of its project and those of the request over them, and brings back what is wanted', async () => {
    const ada = someone();
    const created = await ask(ada, 'mutation { createProject(name: "p") { id } }');
    const projectId = z.object({ createProject: z.object({ id: z.string() }) }).parse(created.data).createProject.id;
    for (const [path, content] of [
      ['main.py', 'print("not this")'],
      ['data/a.txt', 'of the project'],
      ['data/b.txt', 'of the project'],
    ]) {
      await ask(ada, 'mutation ($i: WriteFileInput!) { writeFile(input: $i) { path } }', {
        i: { projectId, path, content },
      });
    }
    const code = `import os, sys
print(open("data/a.txt").read(), open("data/b.txt").read(), sys.argv[0], sorted(os.listdir(".")))
open("data/c.txt", "w").write("new")
open("data/bin", "wb").write(bytes([255, 0]))`;
    const files = [{ path: 'data/b.txt', content: 'of the request' }];
    const collect = ['data/c*', '*.py', 'data/bin'];
    const execution = await executed(ada, { engine: 'python', projectId, code, files, collect });
    expect(execution).toMatchObject({
      stdout: "of the project of the request main-2.py ['data', 'main-2.py', 'main.py']\n",
      project: { id: projectId },
      files: [
        { path: 'data/bin', size: 2, content: null },
        { path: 'data/c.txt', size: 3, content: 'new' },
        { path: 'main.py', content: 'print("not this")' },
      ],
    });
    const stored = await ask(
      ada,
      'query ($id: ID!) { execution(id: $id) { files { path content(encoding: BASE64) } } }',
      { id: execution.id },
    );
    expect(stored.data).toEqual({
      execution: {
        files: [
          { path: 'data/bin', content: '/wA=' },
          { path: 'data/c.txt', content: 'bmV3' },
          { path: 'main.py', content: expect.any(String) },
        ],
      },
    });
    const byPath = await executed(ada, { engine: 'python', projectId, path: 'main.py' });
    expect(byPath).toMatchObject({ stdout: 'not this\n' });
    const list = await ask(ada, 'query ($p: ID) { executions(projectId: $p, first: 10) { id } }', { p: projectId });
    expect(list.data).toEqual({ executions: [{ id: byPath.id }, { id: execution.id }] });
    const next = await ask(ada, 'query ($a: ID) { executions(after: $a) { id } }', { a: byPath.id });
    expect(next.data).toEqual({ executions: [{ id: execution.id }] });
    // Its history goes with the project.
    await ask(ada, 'mutation ($id: ID!) { deleteProject(id: $id, name: "p") }', { id: projectId });
    expect((await ask(ada, '{ executions { id } }')).data).toEqual({ executions: [] });
  });

  test('of the default project needs no id', async () => {
    const ada = someone();
    await ask(ada, 'mutation { writeFile(input: { path: "a.sh", content: "echo here" }) { path } }');
    expect(await executed(ada, { engine: 'bash', path: 'a.sh' })).toMatchObject({ stdout: 'here\n' });
    const key = someone('DEVELOPER', { ...ada, scopes: ['code:run'] });
    expect(await executed(key, { engine: 'bash', code: 'ls' })).toMatchObject({ stdout: 'main.sh\n' });
  });

  test('that writes much is answered whole, and kept with its middle missing', async () => {
    const ada = someone();
    const code = 'import sys\nfor i in range(40000): sys.stdout.write("%07d\\n" % i)';
    const { id, ...execution } = await executed(ada, { engine: 'python', code });
    expect(execution.stdout).toHaveLength(320_000);
    expect(execution).toMatchObject({ truncated: { stdout: false, stderr: false } });
    const kept = await ask(ada, 'query ($id: ID!) { execution(id: $id) { stdout truncated { stdout } } }', { id });
    const { stdout } = z.object({ execution: z.object({ stdout: z.string() }) }).parse(kept.data).execution;
    expect(stdout).toContain('… 188928 bytes are not kept …');
    expect(stdout.endsWith('0039999\n')).toBe(true);
    expect(kept.data).toMatchObject({ execution: { truncated: { stdout: true } } });
  });

  test('that writes too much is ended, and says so', async () => {
    const execution = await executed(someone(), { engine: 'bash', code: 'yes', outputBytes: 1_000 });
    expect(execution).toMatchObject({ status: 'OUTPUT_EXCEEDED', truncated: { stdout: true, stderr: false } });
    expect(execution.stdout).toHaveLength(1_000);
  });
});

describe('a request', () => {
  test.for([
    [{ engine: 'ruby', code: '1' }, 'BAD_USER_INPUT', 'engine'],
    [{ engine: 'bash' }, 'BAD_USER_INPUT', 'code'],
    [{ engine: 'bash', code: '1', path: 'a' }, 'BAD_USER_INPUT', 'path'],
    [{ engine: 'bash', path: '../a' }, 'PATH_REFUSED', 'path'],
    [{ engine: 'bash', path: 'missing.sh' }, 'NOT_FOUND', 'path'],
    [{ engine: 'bash', code: '1', projectId: '00000000-0000-4000-8000-000000000000' }, 'NOT_FOUND', undefined],
    [{ engine: 'bash', code: 'x'.repeat(524_289) }, 'SIZE_REFUSED', 'code'],
    [{ engine: 'bash', code: '1', files: [{ path: '/etc/passwd', content: '' }] }, 'PATH_REFUSED', 'files'],
    [
      { engine: 'bash', code: '1', files: ['a', 'a'].map((path) => ({ path, content: '' })) },
      'BAD_USER_INPUT',
      'files',
    ],
    [{ engine: 'bash', code: '1', args: ['\0'] }, 'BAD_USER_INPUT', 'args'],
    [{ engine: 'bash', code: '1', args: ['x'.repeat(65_536)] }, 'BAD_USER_INPUT', 'args'],
    [{ engine: 'bash', code: '1', env: [{ name: 'A=B', value: '' }] }, 'BAD_USER_INPUT', 'env'],
    [{ engine: 'bash', code: '1', stdin: '!', stdinEncoding: 'BASE64' }, 'BAD_USER_INPUT', 'stdin'],
    [{ engine: 'bash', code: '1', timeoutMs: 0 }, 'BAD_USER_INPUT', 'timeoutMs'],
    [{ engine: 'bash', code: '1', collect: ['*'.repeat(513)] }, 'BAD_USER_INPUT', 'collect'],
    [{ engine: 'bash', code: '1', invoke: { function: 'f' } }, 'BAD_USER_INPUT', 'invoke'],
    [{ engine: 'bash', code: '1', idempotencyKey: 'a b' }, 'BAD_USER_INPUT', 'idempotencyKey'],
  ] as const)('that is wrong is refused: %j', async ([input, code, argument]) => {
    const answer = await execute(someone(), { ...input });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code, ...(argument === undefined ? {} : { argument }) });
  });

  test('with a key is one execution, and another request with the key is refused', async () => {
    const ada = someone();
    const input = { engine: 'bash', code: 'echo $RANDOM$RANDOM$RANDOM', idempotencyKey: 'once' };
    const both = await Promise.all([executed(ada, input), executed(ada, input)]);
    const later = await executed(ada, input);
    expect(new Set([...both, later].map(({ id }) => id)).size).toBe(1);
    expect(new Set([...both, later].map(({ stdout }) => stdout)).size).toBe(1);
    expect(codeOf(await execute(ada, { ...input, code: 'echo 2' }))).toBe('CONFLICT');
    expect((await executed(someone(), input)).id).not.toBe(later.id);
  });
});

describe('an execution', () => {
  const start = async (caller: Caller, input: Record<string, unknown>): Promise<string> => {
    const { data } = await ask(
      caller,
      'mutation ($input: ExecuteInput!) { startExecution(input: $input) { id status } }',
      { input },
    );
    return z.object({ startExecution: z.object({ id: z.uuid() }) }).parse(data).startExecution.id;
  };

  test('is ended by its owner and by admins, and nobody else knows of it', async () => {
    const ada = someone();
    const CANCEL = 'mutation ($id: ID!) { cancelExecution(id: $id) { status exitCode } }';
    const FIND = 'query ($id: ID!) { execution(id: $id) { status } }';
    const id = await start(ada, { engine: 'bash', code: 'sleep 60' });
    expect(codeOf(await ask(someone(), CANCEL, { id }))).toBe('NOT_FOUND');
    expect((await ask(someone(), FIND, { id })).data).toEqual({ execution: null });
    const ended = { status: 'CANCELLED', exitCode: null };
    expect((await ask(ada, CANCEL, { id })).data).toEqual({ cancelExecution: ended });
    expect((await ask(ada, CANCEL, { id })).data).toEqual({ cancelExecution: ended });
    const another = await start(ada, { engine: 'bash', code: 'sleep 60' });
    expect((await ask(someone('ADMIN'), CANCEL, { id: another })).data).toEqual({ cancelExecution: ended });
    expect(codeOf(await ask(ada, CANCEL, { id: 'no id' }))).toBe('NOT_FOUND');
  });

  test('waits for its turn, and is taken from the line without ever running', async () => {
    const ada = someone();
    const ids: string[] = [];
    for (let count = 0; count < 12; count++) ids.push(await start(ada, { engine: 'bash', code: 'sleep 60' }));
    const last = ids.at(-1);
    const waiting = await ask(ada, 'query ($id: ID!) { execution(id: $id) { status startedAt } }', { id: last });
    expect(waiting.data).toEqual({ execution: { status: 'QUEUED', startedAt: null } });
    const CANCEL = 'mutation ($id: ID!) { cancelExecution(id: $id) { status wallMs } }';
    expect((await ask(ada, CANCEL, { id: last })).data).toEqual({
      cancelExecution: { status: 'CANCELLED', wallMs: null },
    });
    for (const id of ids.toReversed()) {
      const { data } = await ask(ada, CANCEL, { id });
      expect(data).toMatchObject({ cancelExecution: { status: 'CANCELLED' } });
    }
  });

  test('of one user waits in a line that is bounded', async () => {
    const ada = someone();
    const ids: string[] = [];
    let refusal: Answer | undefined;
    while (!refusal) {
      const answer = await ask(ada, 'mutation { startExecution(input: { engine: "bash", code: "sleep 60" }) { id } }');
      if (answer.errors) refusal = answer;
      else ids.push(z.object({ startExecution: z.object({ id: z.string() }) }).parse(answer.data).startExecution.id);
    }
    expect(refusal.errors?.[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 10 });
    expect(ids.length).toBeGreaterThanOrEqual(50);
    for (const id of ids.toReversed())
      await ask(ada, 'mutation ($id: ID!) { cancelExecution(id: $id) { id } }', { id });
  });
});

test('50 at once of five users are all run, and no user waits for all of another’s', async () => {
  const users = Array.from({ length: 5 }, () => someone());
  const ended: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const user = Math.floor(index / 10);
      const code = `echo ${index}`;
      const execution = await executed(users[user] ?? someone(), { engine: 'bash', code });
      expect(execution).toMatchObject({ stdout: `${index}\n`, status: 'SUCCEEDED' });
      ended.push(user);
    }),
  );
  expect(ended).toHaveLength(50);
  // In the first half of all, everybody has had a turn.
  expect(new Set(ended.slice(0, 25)).size).toBe(5);
});

test('the engines are listed with what they lack', async () => {
  const { data } = await ask(someone(), '{ engines { name available driver isolation reason mend slowdown } }');
  const engines = z.object({ engines: z.array(z.looseObject({ name: z.string() })) }).parse(data).engines;
  expect(engines.map(({ name }) => name)).toEqual([
    'run:python',
    'run:node',
    'run:bash',
    'wasm',
    'wasm:python',
    'wasm:javascript',
    'micro:python',
    'micro:node',
  ]);
  expect(engines[0]).toMatchObject({ available: true, reason: null, slowdown: 1 });
});

test('what runs is counted by engine and by how it ended', async () => {
  await executed(someone(), { engine: 'bash', code: 'exit 1' });
  const text = await sandbox.metrics();
  expect(text).toMatch(/sandbox_runtime_seconds_count\{engine="run:bash",status="failed"\} \d+/);
  expect(text).toMatch(/sandbox_refused_total\{code="BAD_USER_INPUT"\} \d+/);
  expect(text).toMatch(/sandbox_queue_seconds_count\{engine="run:bash"\} \d+/);
  expect(text).toContain('sandbox_active 0');
  expect(text).toContain('sandbox_queued 0');
});
