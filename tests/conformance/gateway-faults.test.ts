import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { httpTransport } from '#gateway/upstream/http.ts';
import { localTransport } from '#gateway/upstream/local.ts';
import { createUpstream, type Answer, type Call, type Upstream } from '#gateway/upstream/upstream.ts';
import type { SubgraphName } from '#mesh/config.ts';
import { serveSubgraph } from '#mesh/subgraph.ts';
import { readConfig } from '#mesh/config.ts';
import { createTestSubgraphs, MESH_LOG, MESH_SECRET } from './mesh/mesh.ts';
import { HERE, someone } from '#tests/harness/caller.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const listen = async (handler: Handler, port = 0): Promise<{ url: string; port: number; server: Server }> => {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  // A listening TCP server has an AddressInfo.
  const { port: taken } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${taken}`, port: taken, server };
};

const upstreamAt = (url: string, name: SubgraphName = 'users', patienceMs = 5_000): Upstream => {
  const upstream = createUpstream({
    name,
    transport: httpTransport(url),
    key: MESH_SECRET('identity'),
    log: MESH_LOG,
    patienceMs,
  });
  cleanups.push(() => upstream.close());
  return upstream;
};

const call = (kind: Call['kind'], query: string, options: Partial<Call> = {}): Call => ({
  kind,
  body: JSON.stringify({ query }),
  fields: [/\{ (\w+)/.exec(query)?.[1] ?? ''],
  identity: { requestId: randomUUID(), caller: null, client: HERE },
  signal: new AbortController().signal,
  ...options,
});

const QUERY = call('query', '{ hello(name: "x") }');
const MUTATION = call('mutation', 'mutation { rename(id: "1", name: "x") { id } }');
const CHAT = call('mutation', 'mutation { chat(prompt: "x") { index } }');

const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
    return 'answered';
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? error.code : error;
  }
};

describe('a subgraph that answers badly', () => {
  test.each<[string, Handler, string]>([
    ['with no JSON', (_, response) => response.end('<html>'), 'SERVICE_UNAVAILABLE'],
    ['with JSON that is no result', (_, response) => response.end('[1,2]'), 'SERVICE_UNAVAILABLE'],
    ['with neither data nor errors', (_, response) => response.end('{"extensions":{}}'), 'SERVICE_UNAVAILABLE'],
    ['with data that is no object', (_, response) => response.end('{"data":[]}'), 'SERVICE_UNAVAILABLE'],
    ['with a status of its own', (_, response) => response.writeHead(502).end('{"data":{}}'), 'SERVICE_UNAVAILABLE'],
    [
      'with half an answer',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('{"data":');
        setImmediate(() => response.destroy());
      },
      'SERVICE_UNAVAILABLE',
    ],
    ['by hanging up', (request) => request.socket.destroy(), 'SERVICE_UNAVAILABLE'],
    [
      'without end',
      (_, response) => {
        const more = (): void => {
          while (response.write('x'.repeat(65_536)));
          response.once('drain', more);
        };
        more();
        response.on('close', () => response.removeAllListeners('drain'));
      },
      'SERVICE_UNAVAILABLE',
    ],
  ])('%s is unavailable', async (_, handler, code) => {
    const upstream = upstreamAt((await listen(handler)).url);
    expect(await codeOf(upstream.fetch(QUERY))).toBe(code);
  });

  test('not at all runs into the time limit', async () => {
    const upstream = upstreamAt((await listen(() => undefined)).url, 'users', 50);
    expect(await codeOf(upstream.fetch(QUERY))).toBe('TIMEOUT');
    expect(await codeOf(upstream.subscribe(call('subscription', 'subscription { x }')))).toBe('TIMEOUT');
  });

  test('with an answer to a stream that is none is unavailable', async () => {
    const upstream = upstreamAt((await listen((_, response) => response.end('{"data":null}'))).url);
    expect(await codeOf(upstream.subscribe(call('subscription', 'subscription { x }')))).toBe('SERVICE_UNAVAILABLE');
  });
});

describe('a connection that breaks', () => {
  const hangUp = () => {
    const seen = { requests: 0 };
    const handler: Handler = (request) => {
      seen.requests += 1;
      request.resume();
      request.on('end', () => request.socket.destroy());
    };
    return { seen, handler };
  };

  test('is tried once more for a query, and never for a mutation', async () => {
    const { seen, handler } = hangUp();
    const upstream = upstreamAt((await listen(handler)).url);
    expect(await codeOf(upstream.fetch(QUERY))).toBe('SERVICE_UNAVAILABLE');
    expect(seen.requests).toBe(2);
    expect(await codeOf(upstream.fetch(MUTATION))).toBe('SERVICE_UNAVAILABLE');
    expect(seen.requests).toBe(3);
  });

  test('is a crashed model for a chat, whether it is awaited or streamed', async () => {
    const { url } = await listen((request, response) => {
      if (request.headers.accept === 'application/json') request.socket.destroy();
      else {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('event: next\ndata: {"data":{"chat":{"index":0}}}\n\n');
        setTimeout(() => response.destroy(), 20);
      }
    });
    const upstream = upstreamAt(url, 'models');
    expect(await codeOf(upstream.fetch(CHAT))).toBe('MODEL_CRASHED');
    const stream = await upstream.subscribe(call('subscription', 'subscription { chat(prompt: "x") { index } }'));
    expect(await stream.next()).toMatchObject({ value: { data: { chat: { index: 0 } } } });
    expect(await codeOf(stream.next())).toBe('MODEL_CRASHED');
    expect(await stream.next()).toMatchObject({ done: true });
    const events = await upstream.subscribe(call('subscription', 'subscription { modelEvents { name } }'));
    await events.next();
    expect(await codeOf(events.next())).toBe('SERVICE_UNAVAILABLE');
  });
});

describe('a subgraph that is away', () => {
  test('is waited for, by mutations too, since nothing was sent', async () => {
    const { port, server } = await listen(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const upstream = upstreamAt(`http://127.0.0.1:${port}`, 'users', 8_000);
    const answers = Promise.all([upstream.fetch(QUERY), upstream.fetch(MUTATION)]);
    await sleep(200);
    await listen((_, response) => response.end('{"data":{"x":1}}'), port);
    expect(await answers).toEqual([{ data: { x: 1 } }, { data: { x: 1 } }]);
  });

  test('is given up as soon as nobody waits', async () => {
    const { port, server } = await listen(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    const controller = new AbortController();
    const upstream = upstreamAt(`http://127.0.0.1:${port}`);
    const answer = codeOf(upstream.fetch({ ...MUTATION, signal: controller.signal }));
    controller.abort(new Error('gone'));
    expect(await answer).toMatchObject({ message: 'gone' });
  });

  test('is told by its readiness, and where it was looked for is not', async () => {
    const upstream = upstreamAt('http://127.0.0.1:1');
    expect(await upstream.readiness()).toEqual({
      ready: false,
      missing: [{ what: 'it is not reachable', mend: expect.any(String) }],
    });
  });
});

describe('requests that are the same', () => {
  const counting = async () => {
    const seen = { requests: 0, gone: 0 };
    const release: (() => void)[] = [];
    const { url } = await listen((request, response) => {
      seen.requests += 1;
      response.on('close', () => {
        if (!response.writableFinished) seen.gone += 1;
      });
      request.resume();
      release.push(() => response.end(`{"data":{"n":${seen.requests}}}`));
    });
    return { seen, release, upstream: upstreamAt(url) };
  };
  const caller = (userId: string) => someone('ADMIN', { userId, credential: { kind: 'session', id: userId } });
  const asked = (userId: string, signal = new AbortController().signal): Call => ({
    ...QUERY,
    signal,
    identity: { requestId: randomUUID(), caller: caller(userId), client: HERE },
  });

  test('share one answer, each caller their own', async () => {
    const { seen, release, upstream } = await counting();
    const answers = [upstream.fetch(asked('a')), upstream.fetch(asked('a')), upstream.fetch(asked('b'))];
    await expect.poll(() => release.length).toBe(2);
    for (const answer of release) answer();
    const [first, second] = await Promise.all(answers);
    expect(first).toEqual(second);
    expect(first).not.toBe(second);
    expect(seen.requests).toBe(2);
  });

  test('are given up only when the last of their callers is gone', async () => {
    const { seen, release, upstream } = await counting();
    const [one, two] = [new AbortController(), new AbortController()];
    const answers = [upstream.fetch(asked('a', one.signal)), upstream.fetch(asked('a', two.signal))].map(codeOf);
    await expect.poll(() => release.length).toBe(1);
    one.abort(new Error('one'));
    expect(await answers[0]).toMatchObject({ message: 'one' });
    expect(seen.gone).toBe(0);
    two.abort(new Error('two'));
    await expect.poll(() => seen.gone).toBe(1);
    await answers[1];
  });

  test('are asked anew after a mutation', async () => {
    const { seen, release, upstream } = await counting();
    const before = upstream.fetch(asked('a'));
    const change = upstream.fetch(MUTATION);
    await expect.poll(() => release.length).toBe(2);
    release[1]?.();
    await change;
    const after = upstream.fetch(asked('a'));
    await expect.poll(() => seen.requests).toBe(3);
    release[0]?.();
    release[2]?.();
    await Promise.all([before, after]);
  });
});

describe.each(['in this process', 'over HTTP'])('a stream from a subgraph %s', (where) => {
  const open = async (query: string, signal?: AbortSignal) => {
    const { subgraphs, sources } = createTestSubgraphs();
    const models = subgraphs.get('models');
    if (!models) throw new Error('the mesh has no models');
    const config = readConfig({}, '/');
    let upstream: Upstream;
    if (where === 'over HTTP') {
      const served = await serveSubgraph(models, { ...config, ports: { ...config.ports, models: 0 } }, MESH_LOG);
      cleanups.push(() => served.stop(0));
      upstream = upstreamAt(served.url, 'models');
    } else {
      const key = MESH_SECRET('identity');
      upstream = createUpstream({ name: 'models', transport: localTransport(models), key, log: MESH_LOG });
    }
    const stream = await upstream.subscribe(call('subscription', query, signal ? { signal } : {}));
    return { stream, sources };
  };

  test('ends at its source while a next is waiting', async () => {
    const { stream, sources } = await open('subscription { chat(prompt: "hang") { index } }');
    await stream.next();
    const waiting = stream.next();
    await stream.return(undefined);
    expect(await waiting).toEqual({ done: true, value: undefined });
    await expect.poll(() => sources.ended, { interval: 5, timeout: 200 }).toBe(1);
  });

  test('ends at its source when the request is given up', async () => {
    const controller = new AbortController();
    const { stream, sources } = await open('subscription { chat(prompt: "hang") { index } }', controller.signal);
    await stream.next();
    controller.abort();
    await expect.poll(() => sources.ended, { interval: 5, timeout: 200 }).toBe(1);
    await stream.return(undefined);
  });

  test('is not read ahead of its reader without bound', async () => {
    const { stream, sources } = await open('subscription { chat(prompt: "long") { index text } }');
    for (let index = 0; index < 5; index += 1) await stream.next();
    // What fits into the buffers of the connection is made ahead; then the source waits.
    let before: number;
    do {
      before = sources.produced;
      await sleep(100);
    } while (sources.produced > before);
    expect(sources.produced * 50_000).toBeLessThan(64 * 1_048_576);
    await stream.return(undefined);
    await expect.poll(() => sources.ended).toBe(1);
  });

  test('passes on the error that its source ends with', async () => {
    const { stream } = await open('subscription { chat(prompt: "fail") { index } }');
    const events: Answer[] = [];
    for await (const event of stream) events.push(event);
    expect(events).toMatchObject([
      { data: { chat: { index: 0 } } },
      { errors: [{ extensions: { code: 'MODEL_CRASHED' } }] },
    ]);
  });
});
