import { readdirSync, readFileSync } from 'node:fs';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'a long enough password';
const RING_BYTES = 262_144;

const OPEN =
  'mutation ($input: OpenTerminalInput!) { openTerminal(input: $input) { id engine project { name } ended } }';
const TYPE = 'mutation ($id: ID!, $data: String!, $n: Int!) { typeInTerminal(id: $id, data: $data, sequence: $n) }';
const RESIZE =
  'mutation ($id: ID!, $c: Int!, $r: Int!) { resizeTerminal(id: $id, columns: $c, rows: $r) { columns rows } }';
const CLOSE = 'mutation ($id: ID!) { closeTerminal(id: $id) }';
const LIST = '{ terminals { id ended exitCode } }';
const OUTPUT = `subscription ($id: ID!, $after: Float!) {
  terminalOutput(id: $id, after: $after) { offset lost data ended exitCode }
}`;

const Created = z.object({ createUser: z.object({ id: z.uuid() }) });
const Opened = z.object({ openTerminal: z.looseObject({ id: z.uuid() }) });
const Listed = z.object({ terminals: z.array(z.object({ id: z.string(), ended: z.string().nullable() })) });
const Piece = z.object({
  terminalOutput: z.object({
    offset: z.int(),
    lost: z.int(),
    data: z.base64(),
    ended: z.string().nullable(),
    exitCode: z.int().nullable(),
  }),
});

let studio: TestStudio;
let admin: string;
let people = 0;
const clients: Client[] = [];

beforeAll(async () => {
  studio = await startStudio();
  admin = await studio.login();
});
afterAll(async () => {
  for (const client of clients) client.terminate();
  await studio.stop();
});

const ask = async (query: string, variables: Record<string, unknown>, token: string) => {
  const { body } = await studio.graphql(query, { variables, token });
  return { data: body.data ?? {}, code: body.errors?.[0]?.extensions['code'] };
};
const somebody = async (role = 'DEVELOPER') => {
  const email = `person${(people += 1)}@devstudio.test`;
  const { data } = await ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }',
    { input: { email, password: PASSWORD, role } },
    admin,
  );
  return { id: Created.parse(data).createUser.id, email, token: await studio.login(email, PASSWORD) };
};
const connect = (token: string): Client => {
  const client = createClient({
    url: `${studio.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  clients.push(client);
  return client;
};
const open = async (token: string): Promise<string> => {
  const { data, code } = await ask(OPEN, { input: { engine: 'run:bash' } }, token);
  expect(code).toBeUndefined();
  return Opened.parse(data).openTerminal.id;
};

/** Types as one tab does, a message at a time. */
const typist = (id: string, token: string) => {
  let n = 0;
  return async (text: string): Promise<void> => {
    n += 1;
    const { data, code } = await ask(TYPE, { id, n, data: Buffer.from(text).toString('base64') }, token);
    expect([code, data]).toEqual([undefined, { typeInTerminal: n }]);
  };
};

/** Reads as one tab does: it subscribes again where it stands, whenever a subscription has ended or broken. */
const screen = (id: string, token: string, newClient: () => Client = () => connect(token)) => {
  let client = newClient();
  let at = 0;
  let shown = Buffer.alloc(0);
  let ending: z.infer<typeof Piece>['terminalOutput'] | null = null;
  let connections = 1;

  const subscription = async (isDone: () => boolean, pieces: number): Promise<void> => {
    let left = pieces;
    for await (const { data, errors } of client.iterate({ query: OUTPUT, variables: { id, after: at } })) {
      expect(errors).toBeUndefined();
      const piece = Piece.parse(data).terminalOutput;
      expect(piece).toMatchObject({ offset: at, lost: 0 });
      const bytes = Buffer.from(piece.data, 'base64');
      at += bytes.length;
      shown = Buffer.concat([shown, bytes]);
      if (piece.ended !== null) ending = piece;
      left -= 1;
      if (ending !== null || isDone() || left === 0) return;
    }
  };
  /** @param pieces how many pieces arrive until the connection breaks */
  const read = async (isDone: () => boolean, pieces = Infinity): Promise<void> => {
    const isOver = (): boolean => isDone() || ending !== null;
    while (!isOver()) {
      await subscription(isDone, pieces);
      if (pieces === Infinity) continue;
      // Without a farewell: what is on its way is lost.
      client.terminate();
      client = newClient();
      connections += 1;
    }
  };
  return {
    until: async (text: string): Promise<Buffer> => {
      await read(() => shown.includes(text));
      const before = shown.subarray(0, shown.indexOf(text) + text.length);
      shown = shown.subarray(before.length);
      return before;
    },
    end: async (pieces?: number) => {
      await read(() => false, pieces);
      return { rest: shown, ending, connections };
    },
  };
};

/** Whether a program with this argument runs anywhere on this host. */
const runs = (argument: string): boolean =>
  readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument);
    } catch {
      // It has ended since it was listed.
      return false;
    }
  });

test('a shell in the files of the project is typed into, resized, draws a screen, and ends with its code', async () => {
  const { token } = await somebody();
  const written = await ask(
    'mutation ($input: WriteFileInput!) { writeFile(input: $input) { path } }',
    { input: { path: 'src/hello.sh', content: 'echo "hello from the project"\n' } },
    token,
  );
  expect(written.code).toBeUndefined();
  const opened = await ask(OPEN, { input: { columns: 100, rows: 40 } }, token);
  expect(opened.data).toMatchObject({
    openTerminal: { engine: 'run:bash', project: { name: 'default' }, ended: null },
  });
  const { id } = Opened.parse(opened.data).openTerminal;
  const type = typist(id, token);
  const { until, end } = screen(id, token);
  await until('$ ');
  await type('bash src/hello.sh; stty size\n');
  expect((await until('40 100')).toString()).toContain('hello from the project');
  const resized = await ask(RESIZE, { id, c: 120, r: 50 }, token);
  expect(resized.data).toEqual({ resizeTerminal: { columns: 120, rows: 50 } });
  await type('stty size\n');
  await until('50 120');

  // What a full-screen editor does: the other screen, colours, a title, the mouse, bytes that are no text, and back.
  const drawn = '\u001b[?1049h\u001b[2J\u001b[1;1H\u001b[38;5;196m~\u001b]0;title\u0007\u001b[?1000h\u001b[?1049l';
  const bytes = Buffer.concat([Buffer.from(drawn), Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3, 0x28, 0x7f])]);
  const escaped = bytes.toString('hex').replaceAll(/../g, String.raw`\x$&`);
  await type(`stty -opost; printf '<${escaped}>'; stty opost\n`);
  await until('stty opost\r\n');
  const screenBytes = await until('>');
  expect(screenBytes.subarray(screenBytes.indexOf('<') + 1, -1)).toEqual(bytes);

  await type('exit 3\n');
  expect((await end()).ending).toMatchObject({ ended: 'EXITED', exitCode: 3 });
  expect((await ask(LIST, {}, token)).data).toEqual({ terminals: [{ id, ended: 'EXITED', exitCode: 3 }] });
});

test('a tab whose connection breaks again and again in a flood gets every byte once', async () => {
  const { token } = await somebody();
  const id = await open(token);
  const type = typist(id, token);
  const { until, end } = screen(id, token);
  await until('$ ');
  await type('stty -opost -echo; seq 150000; exit\n');
  const { rest, ending, connections } = await end(3);
  expect(ending).toMatchObject({ ended: 'EXITED', exitCode: 0 });
  expect(connections).toBeGreaterThan(5);
  expect(rest.length).toBeGreaterThan(3 * RING_BYTES);
  const numbers = Array.from({ length: 150_000 }, (_, index) => `${index + 1}\n`).join('');
  const begin = rest.indexOf('1\n2\n3\n');
  expect(rest.subarray(begin, begin + numbers.length).equals(Buffer.from(numbers))).toBe(true);
});

test('Ctrl-C ends what sleeps, a message that is sent twice is taken once, and closing leaves no process', async () => {
  const { token } = await somebody();
  const id = await open(token);
  const type = typist(id, token);
  const { until, end } = screen(id, token);
  await until('$ ');
  await type('sleep 97531\n');
  await expect.poll(() => runs('97531')).toBe(true);
  await type('\u0003');
  await expect.poll(() => runs('97531')).toBe(false);
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const again = { id, n: 3, data: encoded('echo "t"wice; (setsid sleep 97532 &)\n') };
  const answers = await Promise.all([1, 2, 3].map(() => ask(TYPE, again, token)));
  expect(answers.map(({ data }) => data)).toEqual(answers.map(() => ({ typeInTerminal: 3 })));
  expect((await ask(TYPE, { ...again, n: 5 }, token)).code).toBe('BAD_USER_INPUT');
  await ask(TYPE, { id, n: 4, data: encoded('echo "e"nd\n') }, token);
  expect((await until('end\r\n')).toString().match(/twice\r\n/g)).toHaveLength(1);
  await expect.poll(() => runs('97532')).toBe(true);

  expect(await ask(CLOSE, { id }, token)).toMatchObject({ data: { closeTerminal: true } });
  expect(runs('97532')).toBe(false);
  expect((await end()).ending).toMatchObject({ ended: 'CLOSED', exitCode: null });
  expect(await ask(CLOSE, { id }, token)).toMatchObject({ data: { closeTerminal: true } });
  expect((await ask(LIST, {}, token)).data).toEqual({ terminals: [] });
  expect(await ask(CLOSE, { id }, token)).toMatchObject({ data: { closeTerminal: false } });
});

test('a terminal ends with its session, and with its owner’s account', async () => {
  const { id: userId, email, token } = await somebody();
  const other = await studio.login(email, PASSWORD);
  const first = await open(token);
  const second = await open(other);
  await typist(first, token)('sleep 97533\n');
  await expect.poll(() => runs('97533')).toBe(true);
  await ask('mutation { logout }', {}, token);
  const ended = async (): Promise<unknown> =>
    Listed.parse((await ask(LIST, {}, other)).data).terminals.map((one) => [one.id, one.ended]);
  await expect.poll(ended).toEqual([
    [first, 'SESSION_ENDED'],
    [second, null],
  ]);
  expect(runs('97533')).toBe(false);
  await typist(second, other)('sleep 97534\n');
  await expect.poll(() => runs('97534')).toBe(true);
  await ask('mutation ($id: ID!) { setUserStatus(id: $id, status: SUSPENDED) { id } }', { id: userId }, admin);
  await expect.poll(() => runs('97534')).toBe(false);
});

test('terminals are their owner’s alone, and for those who may run code', async () => {
  const { token } = await somebody();
  const id = await open(token);
  const stranger = (await somebody()).token;
  const data = Buffer.from('x').toString('base64');
  for (const asking of [stranger, admin]) {
    expect((await ask(TYPE, { id, n: 1, data }, asking)).code).toBe('NOT_FOUND');
    expect((await ask(RESIZE, { id, c: 80, r: 24 }, asking)).code).toBe('NOT_FOUND');
    expect((await ask(CLOSE, { id }, asking)).data).toEqual({ closeTerminal: false });
    expect((await ask(LIST, {}, asking)).data).toEqual({ terminals: [] });
    const { value } = await connect(asking)
      .iterate({ query: OUTPUT, variables: { id, after: 0 } })
      .next();
    expect(value?.errors?.[0]?.extensions?.['code']).toBe('NOT_FOUND');
  }
  const viewer = (await somebody('VIEWER')).token;
  expect((await ask(OPEN, { input: {} }, viewer)).code).toBe('FORBIDDEN');
  expect((await ask(LIST, {}, token)).data).toMatchObject({ terminals: [{ id, ended: null }] });
});

test('bad input is refused by the name of its argument', async () => {
  const { token } = await somebody();
  const id = await open(token);
  const data = Buffer.from('x').toString('base64');
  const bad = async (query: string, variables: Record<string, unknown>): Promise<unknown> => {
    const { body } = await studio.graphql(query, { variables, token });
    return [body.errors?.[0]?.extensions['code'], body.errors?.[0]?.extensions['argument']];
  };
  expect(await bad(OPEN, { input: { columns: 0 } })).toEqual(['BAD_USER_INPUT', 'columns']);
  expect(await bad(OPEN, { input: { rows: 501 } })).toEqual(['BAD_USER_INPUT', 'rows']);
  expect(await bad(OPEN, { input: { engine: 'run:ruby' } })).toEqual(['BAD_USER_INPUT', 'engine']);
  expect((await ask(OPEN, { input: { projectId: 'none' } }, token)).code).toBe('NOT_FOUND');
  expect(await bad(RESIZE, { id, c: 1001, r: 24 })).toEqual(['BAD_USER_INPUT', 'columns']);
  expect(await bad(TYPE, { id, n: 0, data })).toEqual(['BAD_USER_INPUT', 'sequence']);
  expect(await bad(TYPE, { id, n: 1, data: 'no base64' })).toEqual(['BAD_USER_INPUT', 'data']);
  const large = Buffer.alloc(16_385).toString('base64');
  expect(await bad(TYPE, { id, n: 1, data: large })).toEqual(['BAD_USER_INPUT', 'data']);
  for (const after of [-1, 0.5, 1_000_000]) {
    const { value } = await connect(token).iterate({ query: OUTPUT, variables: { id, after } }).next();
    expect(value?.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'after' });
  }
});
