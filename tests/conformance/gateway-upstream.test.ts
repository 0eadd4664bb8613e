import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { FAILURES, PROBE_MS } from '#gateway/upstream/circuit.ts';
import { httpTransport } from '#gateway/upstream/http.ts';
import type { Transport } from '#gateway/upstream/transport.ts';
import { createUpstream, type Call, type UpstreamOutcome } from '#gateway/upstream/upstream.ts';
import { MAX_LONG_WORK } from '#gateway/upstream/long-work.ts';
import type { SubgraphName } from '#mesh/config.ts';
import { verifyIdentity } from '#mesh/identity.ts';
import { HERE, someone } from '#tests/harness/caller.ts';
import { MESH_LOG, MESH_SECRET, startMesh } from './mesh/mesh.ts';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A subgraph whose behaviour a test changes while it runs. */
const startSubgraph = async (first: Handler) => {
  const subgraph = { behave: first, requests: 0 };
  const server: Server = createServer((request, response) => {
    subgraph.requests += 1;
    request.resume();
    request.on('end', () => subgraph.behave(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return { subgraph, url: `http://127.0.0.1:${port}` };
};

const hangUp: Handler = (request) => request.socket.destroy();
const answer: Handler = (_, response) => response.end('{"data":{"x":1}}');
const stall: Handler = () => undefined;

const openUpstream = (to: string | Transport, patienceMs = 5_000, name: SubgraphName = 'users') => {
  /** The time of the circuit, which goes on only where a test says so. */
  const seen = { time: 0, outcomes: [] as UpstreamOutcome[], retries: 0, broken: 0 };
  const upstream = createUpstream({
    name,
    transport: typeof to === 'string' ? httpTransport(to) : to,
    key: MESH_SECRET('identity'),
    log: MESH_LOG,
    patienceMs,
    now: () => seen.time,
    meter: {
      ended: (_, outcome) => seen.outcomes.push(outcome),
      retried: () => {
        seen.retries += 1;
      },
      streamBroke: () => {
        seen.broken += 1;
      },
    },
  });
  cleanups.push(() => upstream.close());
  return { upstream, seen };
};

let calls = 0;
/** Each asks for something else, so that none shares the answer of another. */
const call = (kind: Call['kind'], signal = new AbortController().signal): Call => {
  calls += 1;
  return {
    kind,
    body: JSON.stringify({ query: `${kind} { x${calls} }` }),
    fields: ['x'],
    identity: { requestId: `request-${calls}`, caller: null, client: HERE },
    signal,
  };
};

const errorOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'answered',
    (error: unknown) => error,
  );
/** One after the other. */
const fail = async ({ upstream, seen }: ReturnType<typeof openUpstream>, times: number): Promise<void> => {
  for (let index = 0; index < times; index += 1) {
    seen.time += 1;
    expect(await errorOf(upstream.fetch(call('mutation')))).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  }
};

test('a subgraph that breaks one connection after the other is left alone, and is used again once it is well', async () => {
  const { subgraph, url } = await startSubgraph(hangUp);
  const { upstream, seen } = openUpstream(url);
  await fail({ upstream, seen }, FAILURES);
  expect(upstream.state().circuit).toBe('open');
  expect(subgraph.requests).toBe(FAILURES);
  const refused = await errorOf(upstream.fetch(call('query')));
  expect(refused).toMatchObject({ code: 'SERVICE_UNAVAILABLE', extensions: { retryAfterSeconds: 1 } });
  expect(String(refused)).not.toContain('users');
  expect(subgraph.requests).toBe(FAILURES);
  expect(seen.outcomes.at(-1)).toBe('refused');
  subgraph.behave = answer;
  seen.time += PROBE_MS;
  expect(await errorOf(upstream.fetch(call('query')))).toBe('answered');
  expect(upstream.state().circuit).toBe('closed');
});

test('only one request tries a subgraph that is left alone, and its failure keeps the others out', async () => {
  const { subgraph, url } = await startSubgraph(hangUp);
  const { upstream, seen } = openUpstream(url);
  await fail({ upstream, seen }, FAILURES);
  seen.time += PROBE_MS;
  expect(upstream.state().circuit).toBe('half-open');
  const before = subgraph.requests;
  await Promise.all(Array.from({ length: 20 }, () => errorOf(upstream.fetch(call('mutation')))));
  expect(subgraph.requests).toBe(before + 1);
  expect(seen.outcomes.slice(-20).filter((outcome) => outcome === 'refused')).toHaveLength(19);
  expect(upstream.state().circuit).toBe('open');
});

test('errors that a subgraph answers with, and clients who go away, never close it off', async () => {
  const { subgraph, url } = await startSubgraph((_, response) =>
    response.end('{"data":null,"errors":[{"message":"no"}]}'),
  );
  const { upstream, seen } = openUpstream(url);
  for (let index = 0; index < FAILURES * 2; index += 1) await upstream.fetch(call('mutation'));
  subgraph.behave = stall;
  for (let index = 0; index < FAILURES * 2; index += 1) {
    const controller = new AbortController();
    const asked = errorOf(upstream.fetch(call('mutation', controller.signal)));
    await expect.poll(() => upstream.state().inFlight).toBe(1);
    controller.abort(new Error('gone'));
    await asked;
  }
  expect(upstream.state()).toEqual({ circuit: 'closed', inFlight: 0, queued: 0, streams: 0 });
  expect(new Set(seen.outcomes)).toEqual(new Set(['answered', 'abandoned']));
});

test('a subgraph that answers nothing in time is left alone', async () => {
  const { url } = await startSubgraph(stall);
  const { upstream, seen } = openUpstream(url, 20);
  await Promise.all(
    Array.from({ length: FAILURES }, async () =>
      expect(await errorOf(upstream.fetch(call('query')))).toMatchObject({ code: 'TIMEOUT' }),
    ),
  );
  expect(new Set(seen.outcomes)).toEqual(new Set(['late']));
  expect(upstream.state().circuit).toBe('open');
});

test('streams are refused with everything else, and one that can be opened opens the way for the others', async () => {
  const { subgraph, url } = await startSubgraph(hangUp);
  const { upstream, seen } = openUpstream(url);
  await fail({ upstream, seen }, FAILURES - 1);
  const refusal = { code: 'SERVICE_UNAVAILABLE' };
  seen.time += 1;
  expect(await errorOf(upstream.subscribe(call('subscription')))).toMatchObject(refusal);
  expect(upstream.state().circuit).toBe('open');
  const before = subgraph.requests;
  expect(await errorOf(upstream.subscribe(call('subscription')))).toMatchObject({
    ...refusal,
    extensions: { retryAfterSeconds: 1 },
  });
  expect(subgraph.requests).toBe(before);
  subgraph.behave = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: next\ndata: {"data":{"x":1}}\n\n');
  };
  seen.time += PROBE_MS;
  expect(upstream.state().circuit).toBe('half-open');
  const stream = await upstream.subscribe(call('subscription'));
  expect(await stream.next()).toMatchObject({ value: { data: { x: 1 } } });
  expect(upstream.state()).toMatchObject({ circuit: 'closed', streams: 1 });
  await stream.return(undefined);
  expect(upstream.state().streams).toBe(0);
  expect(seen.broken).toBe(0);
});

test('streams that break together, as when a process ends, are one failure', async () => {
  const open = new Set<ServerResponse>();
  const { url } = await startSubgraph((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: next\ndata: {"data":{"x":1}}\n\n');
    open.add(response);
  });
  const { upstream, seen } = openUpstream(url);
  const streams = await Promise.all(Array.from({ length: 20 }, () => upstream.subscribe(call('subscription'))));
  for (const stream of streams) await stream.next();
  const ends = streams.map((stream) => errorOf(stream.next()));
  for (const response of open) response.destroy();
  await Promise.all(ends);
  expect(seen.broken).toBe(20);
  expect(upstream.state()).toMatchObject({ circuit: 'closed', streams: 0 });
});

test('a query is attempted again, which is counted, and a mutation never is', async () => {
  const { subgraph, url } = await startSubgraph(hangUp);
  const { upstream, seen } = openUpstream(url);
  await errorOf(upstream.fetch(call('query')));
  expect({ requests: subgraph.requests, retries: seen.retries }).toEqual({ requests: 2, retries: 1 });
  await errorOf(upstream.fetch(call('mutation')));
  expect({ requests: subgraph.requests, retries: seen.retries }).toEqual({ requests: 3, retries: 1 });
});

test('what is refused says when to come again, and the other parts of an answer are no less for it', async () => {
  const { url } = await startSubgraph(hangUp);
  const mesh = await startMesh({ at: { models: url } });
  cleanups.push(() => mesh.stop());
  const ask = async (query: string) => {
    const response = await fetch(`${mesh.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: await response.json() };
  };
  for (let index = 0; index < FAILURES; index += 1) await ask('{ models { name } }');
  // A slow machine may be late enough to try the subgraph in between.
  await expect.poll(() => ask('{ models { name } }')).toMatchObject({ status: 503, retryAfter: '1' });
  await expect
    .poll(() => ask('{ model(name: "x") { name } hello(name: "x") }'))
    .toMatchObject({
      status: 200,
      body: {
        data: { model: null, hello: expect.any(String) },
        errors: [{ path: ['model'], extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 } }],
      },
    });
  expect(JSON.stringify((await ask('{ models { name } }')).body)).not.toMatch(/models service|127\.0\.0\.1/);
});

/** A chat of this user. */
const chatOf = (userId: string, signal = new AbortController().signal): Call => {
  const chat = call('mutation', signal);
  return { ...chat, fields: ['chat'], identity: { ...chat.identity, caller: someone('DEVELOPER', { userId }) } };
};

test('while many users wait for models that write, short queries are answered at once', async () => {
  const { subgraph, url } = await startSubgraph(stall);
  const { upstream } = openUpstream(url, 5_000, 'models');
  const users = Array.from({ length: 5 }, () => randomUUID());
  const gone = new AbortController();
  const chats = Array.from({ length: 4 * MAX_LONG_WORK }, (_, index) =>
    errorOf(upstream.fetch(chatOf(users[index % users.length] ?? '', gone.signal))),
  );
  await expect.poll(() => subgraph.requests).toBe(chats.length);
  subgraph.behave = answer;
  expect(await errorOf(upstream.fetch(call('query')))).toBe('answered');
  expect(upstream.state()).toMatchObject({ circuit: 'closed', queued: 0, inFlight: chats.length });
  gone.abort(new Error('gone'));
  await Promise.all(chats);
});

test('one user has a bounded number of whole answers of models under way, and the others have theirs', async () => {
  const { subgraph, url } = await startSubgraph(stall);
  const { upstream } = openUpstream(url, 5_000, 'models');
  const gone = new AbortController();
  const chats = Array.from({ length: MAX_LONG_WORK }, () => errorOf(upstream.fetch(chatOf('ann', gone.signal))));
  await expect.poll(() => subgraph.requests).toBe(MAX_LONG_WORK);
  expect(await errorOf(upstream.fetch(chatOf('ann')))).toMatchObject({
    code: 'RATE_LIMITED',
    extensions: { retryAfterSeconds: 5 },
  });
  subgraph.behave = answer;
  expect(await errorOf(upstream.fetch(chatOf('bob')))).toBe('answered');
  gone.abort(new Error('gone'));
  await Promise.all(chats);
  expect(await errorOf(upstream.fetch(chatOf('ann')))).toBe('answered');
});

test('the time that is spent waiting for a connection is no failure of the subgraph', async () => {
  const { subgraph, url } = await startSubgraph(stall);
  const transport = httpTransport(url);
  const patient = openUpstream(transport, 60_000).upstream;
  const { upstream, seen } = openUpstream(transport, 20);
  const gone = new AbortController();
  const taken = Array.from({ length: 64 }, () => errorOf(patient.fetch(call('query', gone.signal))));
  await expect.poll(() => subgraph.requests).toBe(64);
  const waiting = await Promise.all(Array.from({ length: 2 * FAILURES }, () => errorOf(upstream.fetch(call('query')))));
  for (const error of waiting) expect(error).toMatchObject({ code: 'TIMEOUT' });
  expect(subgraph.requests).toBe(64);
  expect(new Set(seen.outcomes)).toEqual(new Set(['late']));
  expect(upstream.state()).toMatchObject({ circuit: 'closed', queued: 0 });
  gone.abort(new Error('gone'));
  await Promise.all(taken);
});

test('who asks is signed when the request is sent, however long it has waited', async () => {
  const seen: string[] = [];
  const held: ServerResponse[] = [];
  const { subgraph, url } = await startSubgraph((_, response) => held.push(response));
  const { upstream } = openUpstream(url, 60_000);
  const taken = Array.from({ length: 64 }, () => errorOf(upstream.fetch(call('query'))));
  await expect.poll(() => held.length).toBe(64);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  cleanups.push(() => Promise.resolve(vi.useRealTimers()));
  const last = call('query');
  const waiting = errorOf(upstream.fetch(last));
  await expect.poll(() => upstream.state().queued).toBe(1);
  vi.setSystemTime(Date.now() + 29_000);
  subgraph.behave = (request, response) => {
    seen.push(String(request.headers['x-devstudio-identity']));
    answer(request, response);
  };
  for (const response of held) response.end('{"data":{"x":1}}');
  await Promise.all([waiting, ...taken]);
  const soon = Date.now() + 2_000;
  expect(seen.map((header) => verifyIdentity(MESH_SECRET('identity'), 'users', header, last.body, soon))).toMatchObject(
    [{ outcome: 'accepted' }],
  );
});
