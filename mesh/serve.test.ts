import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { pino } from 'pino';
import { readBody, sendJson, sendResponse, serve, signalOf, type ServeOptions, type Served } from './serve.ts';

const lines: { level: number; msg: string }[] = [];
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

describe('a served door', () => {
  let served: Served | undefined;

  const start = async (options: Partial<ServeOptions> = {}): Promise<Served> => {
    served = await serve({
      name: 'probe',
      host: '127.0.0.1',
      port: 0,
      portVariable: 'PROBE_PORT',
      log,
      readiness: async () => ({ ready: true }),
      handle: async (_, response) => sendJson(response, 200, {}),
      ...options,
    });
    return served;
  };

  afterEach(async () => {
    await served?.stop(0);
    served = undefined;
    lines.length = 0;
  });

  test('lives, and says what it lacks', async () => {
    const missing = [{ what: 'the database', mend: 'start it' }];
    const { url } = await start({ readiness: async () => ({ ready: false, missing }) });
    const live = await fetch(`${url}/healthz`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok', service: 'probe' }]);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { service: 'probe', ready: false, missing }]);
  });

  test('tells a stranger that it lacks something, not what, and finds that out once for all who ask', async () => {
    let probes = 0;
    const { url } = await start({
      readiness: async () => {
        probes += 1;
        return { ready: false, missing: [{ what: 'the database', mend: 'start it' }] };
      },
      showHealth: async ({ headers }, response) => {
        if (headers['x-refuse'] === undefined) return 'short';
        sendJson(response, 429, {});
        return 'answered';
      },
    });
    const answers = await Promise.all([fetch(`${url}/readyz`), fetch(`${url}/readyz`), fetch(`${url}/readyz`)]);
    for (const answer of answers)
      expect([answer.status, await answer.json()]).toEqual([503, { service: 'probe', ready: false }]);
    expect(probes).toBe(1);
    expect((await fetch(`${url}/healthz`, { headers: { 'x-refuse': '1' } })).status).toBe(429);
  });

  test('refuses a port that is taken with one sentence that names the variable', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toThrow(
      `127.0.0.1:${port} is taken by another program: set PROBE_PORT to a free port, or end that program.`,
    );
  });

  test('masks what a handler throws, and logs it', async () => {
    const { url } = await start({ handle: () => Promise.reject(new Error('a secret of the inside')) });
    const response = await fetch(url);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(lines.map(({ msg }) => msg)).toContain('a request failed unexpectedly');
  });

  test('hangs up on a client that takes nothing of its answer, and on no other', async () => {
    const hungUp = Promise.withResolvers<void>();
    const { url, port } = await start({
      patienceMs: 100,
      handle: async (request, response) => {
        if (request.url === '/late') {
          await sleep(300);
          return sendJson(response, 200, { late: true });
        }
        response.on('close', hungUp.resolve);
        response.end(Buffer.alloc(64 * 1_048_576));
      },
    });
    const stalled = connect(port, '127.0.0.1');
    stalled.on('error', () => undefined);
    stalled.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n');
    stalled.pause();
    expect(await (await fetch(`${url}/late`)).json()).toEqual({ late: true });
    await hungUp.promise;
    stalled.destroy();
    expect((await (await fetch(`${url}/large`)).arrayBuffer()).byteLength).toBe(64 * 1_048_576);
  });

  test('takes a client who goes away as no failure', async () => {
    const began = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { port } = await start({
      handle: async (_, response) => {
        const signal = signalOf(response);
        began.resolve();
        await once(signal, 'abort');
        ended.resolve();
        signal.throwIfAborted();
      },
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: probe\r\n\r\n');
    await began.promise;
    socket.destroy();
    await ended.promise;
    await expect.poll(() => lines.map(({ msg }) => msg)).toEqual(['a client went away']);
  });

  test.each([
    ['says that it is longer', { 'content-length': '5' }],
    ['comes in chunks of no announced length', { 'transfer-encoding': 'chunked' }],
  ])('reads no body over the limit, be it that it %s', async (_, headers) => {
    const { port } = await start({
      handle: async (request, response) => sendJson(response, 200, await readBody(request, 4)),
    });
    const socket = connect(port, '127.0.0.1');
    const head = Object.entries({ host: 'probe', connection: 'close', ...headers }).map(
      ([key, value]) => `${key}: ${value}`,
    );
    const body = 'transfer-encoding' in headers ? '5\r\n12345\r\n0\r\n\r\n' : '12345';
    socket.write(`POST / HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`);
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toContain('{"outcome":"too large"}');
  });

  test('outlives a client who asks for an upgrade and resets the connection', async () => {
    const upgraded = Promise.withResolvers<Duplex>();
    const { url, port } = await start({
      upgrade: (_, socket) => {
        socket.write('HTTP/1.1 404 Not Found\r\n\r\n');
        upgraded.resolve(socket);
      },
    });
    const client = connect(port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nhost: probe\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    const socket = await upgraded.promise;
    await once(client, 'data');
    const closed = new Promise((done) => socket.on('close', done));
    client.resetAndDestroy();
    await closed;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(lines.map(({ msg }) => msg)).toEqual(['a client went away']);
  });

  test('stops reading a stream whose reader has gone', async () => {
    const cancelled = Promise.withResolvers<void>();
    const { url } = await start({
      handle: (_, response) =>
        sendResponse(
          response,
          new Response(
            new ReadableStream<Uint8Array>({
              pull: (controller) => controller.enqueue(new Uint8Array(1_024)),
              cancel: () => cancelled.resolve(),
            }),
          ),
        ),
    });
    const response = await fetch(url);
    await response.body?.cancel();
    await expect(cancelled.promise).resolves.toBeUndefined();
  });

  test('is not ready any more while it stops, and lets a running answer finish', async () => {
    const began = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const door = await start({
      handle: async (_, response) => {
        began.resolve();
        await finish.promise;
        sendJson(response, 200, { finished: true });
      },
    });
    const running = fetch(door.url);
    await began.promise;
    const stopped = door.stop(60_000);
    await expect(fetch(`${door.url}/readyz`)).rejects.toThrow('fetch failed');
    finish.resolve();
    expect(await (await running).json()).toEqual({ finished: true });
    await stopped;
  });
});
