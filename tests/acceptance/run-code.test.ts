import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

let studio: TestStudio;
let token: string;
let client: Client;

beforeAll(async () => {
  studio = await startStudio();
  token = await studio.login();
  client = createClient({
    url: `${studio.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
});

afterAll(async () => {
  await client.dispose();
  await studio.stop();
});

const Event = z.object({
  executionId: z.string(),
  sequence: z.int(),
  type: z.string(),
  stream: z.string().nullable(),
  text: z.string().nullable(),
  data: z.string().nullable(),
  exitCode: z.int().nullable(),
  status: z.string().nullable(),
});
type Event = z.infer<typeof Event>;
const EVENT = 'executionId sequence type stream text data exitCode status';

const follow = async function* (query: string, variables: Record<string, unknown>): AsyncGenerator<Event> {
  for await (const { data, errors } of client.iterate({ query, variables })) {
    if (errors) throw new Error(JSON.stringify(errors));
    yield Event.parse(Object.values(data ?? {})[0]);
  }
};
const EXECUTE = `subscription ($input: ExecuteInput!) { execute(input: $input) { ${EVENT} } }`;
const EVENTS = `subscription ($id: ID!, $after: Int!) { executionEvents(id: $id, after: $after) { ${EVENT} } }`;

const all = async (events: AsyncIterable<Event>): Promise<Event[]> => {
  const list: Event[] = [];
  for await (const event of events) list.push(event);
  return list;
};
const bytesOf = (events: readonly Event[], stream: string): Buffer =>
  Buffer.concat(events.flatMap((event) => (event.stream === stream ? [Buffer.from(event.data ?? '', 'base64')] : [])));
const statusOf = async (id: string): Promise<unknown> => {
  const { body } = await studio.graphql('query ($id: ID!) { execution(id: $id) { status user { email } } }', {
    variables: { id },
    token,
  });
  return body.data?.['execution'];
};

describe('code in the studio', () => {
  test('is run by run.exec, on the best engine for a language', async () => {
    const { status, body } = await studio.rpc('run.exec', { engine: 'python', code: 'print(6 * 7)' }, token);
    expect(status).toBe(200);
    expect(body['result']).toMatchObject({ stdout: '42\n', exit_code: 0, engine: 'run:python', timed_out: false });
  });

  test('may be WebAssembly, as a command and as one function', async () => {
    const module = await readFile(join(import.meta.dirname, '../harness/wasm/add.wasm'), 'base64');
    await studio.rpc('fs.write', { path: 'add.wasm', content: module, encoding: 'base64' }, token);
    for (const params of [
      { path: 'add.wasm', invoke: { function: 'add', args: [1, 2] } },
      { code: module, invoke: { function: 'add', args: [1, 2] } },
      { path: 'add.wasm', args: ['1+2'] },
      { path: 'add.wasm', stdin: '1+2' },
    ]) {
      const { body } = await studio.rpc('run.exec', { engine: 'wasm', ...params }, token);
      expect(body['result']).toMatchObject({ stdout: '3\n', exit_code: 0, engine: 'wasm' });
    }
  });

  test.for([
    ['wasm:python', 'print(6 * 7)'],
    ['wasm:javascript', 'console.log(6 * 7)'],
  ] as const)('is run by %s without a system package', async ([engine, code]) => {
    const { body } = await studio.rpc('run.exec', { engine, code }, token);
    expect(body['result']).toMatchObject({
      stdout: '42\n',
      exit_code: 0,
      engine,
      isolation: 'wasm+namespaces+seccomp',
    });
  });

  test.for([
    [{ engine: 'cobol', code: '' }, 400, 'BAD_USER_INPUT'],
    [{ engine: 'bash', path: '../x' }, 403, 'PATH_REFUSED'],
    [{ engine: 'bash', path: 'x' }, 404, 'NOT_FOUND'],
  ] as const)('run.exec refuses %j with HTTP %i', async ([params, status, code]) => {
    const answer = await studio.rpc('run.exec', params, token);
    expect(answer).toMatchObject({ status, body: { error: { data: { code } } } });
  });

  test('is nothing for viewers', async () => {
    await studio.graphql(
      'mutation { createUser(input: { email: "v@devstudio.test", password: "a long password", role: VIEWER }) { id } }',
      { token },
    );
    const viewer = await studio.login('v@devstudio.test', 'a long password');
    const answer = await studio.rpc('run.exec', { engine: 'bash', code: 'true' }, viewer);
    expect(answer).toMatchObject({ status: 403, body: { error: { data: { code: 'FORBIDDEN' } } } });
  });

  test('tells what it does in one sequence, byte for byte, and its end last', async () => {
    const code = `import os, sys, time
for i in range(3):
    os.write(1, b"out%d" % i)
    os.write(2, b"err%d" % i)
    time.sleep(0.02)
os.write(1, "é".encode()[:1]); time.sleep(0.05); os.write(1, "é".encode()[1:] + b"\\xff")
sys.exit(3)`;
    const events = await all(follow(EXECUTE, { input: { engine: 'python', code } }));
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['QUEUED', 'STARTED']);
    expect(events.at(-1)).toMatchObject({ type: 'EXITED', exitCode: 3, status: 'FAILED' });
    expect(bytesOf(events, 'STDERR').toString()).toBe('err0err1err2');
    expect(bytesOf(events, 'STDOUT')).toEqual(Buffer.concat([Buffer.from('out0out1out2é'), Buffer.from([255])]));
    const text = events.map((event) => (event.stream === 'STDOUT' ? event.text : '')).join('');
    expect(text).toBe('out0out1out2é\ufffd');
  });

  test('of a reader who leaves is ended', async () => {
    const events = follow(EXECUTE, { input: { engine: 'bash', code: 'echo on; sleep 60' } });
    let id = '';
    for await (const event of events) {
      id = event.executionId;
      if (event.type === 'OUTPUT') break;
    }
    await expect.poll(() => statusOf(id)).toMatchObject({ status: 'CANCELLED', user: { email: studio.admin.email } });
  });

  test('that was only started lives on, and its events can be had again from any number on', async () => {
    const code = 'for i in 1 2 3 4 5; do echo $i; sleep 0.05; done';
    const started = await studio.graphql(
      'mutation ($input: ExecuteInput!) { startExecution(input: $input) { id status } }',
      { variables: { input: { engine: 'bash', code } }, token },
    );
    const { id } = z.object({ startExecution: z.object({ id: z.string() }) }).parse(started.body.data).startExecution;
    const first: Event[] = [];
    for await (const event of follow(EVENTS, { id, after: 0 })) {
      first.push(event);
      if (event.type === 'OUTPUT') break;
    }
    const rest = await all(follow(EVENTS, { id, after: first.at(-1)?.sequence }));
    expect(bytesOf([...first, ...rest], 'STDOUT').toString()).toBe('1\n2\n3\n4\n5\n');
    expect(await all(follow(EVENTS, { id, after: 0 }))).toEqual([...first, ...rest]);
  });

  test('that floods a reader loses nothing, and keeps the program waiting instead', async () => {
    const code = 'import sys\nfor i in range(150000): sys.stdout.write("%06d\\n" % i)';
    const events = await all(follow(EXECUTE, { input: { engine: 'python', code, outputBytes: 2_000_000 } }));
    expect(events.filter(({ type }) => type === 'TRUNCATED')).toEqual([]);
    const lines = bytesOf(events, 'STDOUT').toString().trimEnd().split('\n');
    expect(lines).toHaveLength(150_000);
    expect(lines.every((line, index) => Number(line) === index)).toBe(true);
  });

  test('that nobody follows is not kept waiting, and who comes late is told what is lost', async () => {
    const code = 'head -c 1500000 /dev/zero | tr "\\0" x; echo end';
    const { body } = await studio.graphql(
      'mutation ($input: ExecuteInput!) { execute(input: $input) { id status totals { stdout } } }',
      { variables: { input: { engine: 'bash', code, outputBytes: 2_000_000 } }, token },
    );
    const { execute } = z.object({ execute: z.looseObject({ id: z.string() }) }).parse(body.data);
    expect(execute).toMatchObject({ status: 'SUCCEEDED', totals: { stdout: 1_500_004 } });
    const events = await all(follow(EVENTS, { id: execute.id, after: 0 }));
    expect(events[0]).toMatchObject({ type: 'TRUNCATED' });
    expect(events[1]?.sequence).toBe((events[0]?.sequence ?? 0) + 1);
    expect(bytesOf(events, 'STDOUT').subarray(-4).toString()).toBe('end\n');
  });
});
