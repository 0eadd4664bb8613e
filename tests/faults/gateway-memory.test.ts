import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startGatewayProcess, type GatewayProcess } from '#tests/conformance/mesh/gateway-process.ts';

const MIB = 1_048_576;
/** Events of 50,000 characters: 250 MB. */
const EVENTS = 5_000;
const EVENT_BYTES = 50_000;

let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGatewayProcess();
});

afterAll(() => gateway.stop());

const chat = (count: number): string =>
  `subscription { chat(prompt: "long", count: ${count}) { index text user { name } } }`;

/** The most that the gateway's process grows by until the source has given all or waits for its reader. */
const growthUntilStill = async (before: number): Promise<number> => {
  let most = before;
  let produced: number;
  let still = 0;
  do {
    produced = gateway.sources.produced;
    await sleep(100);
    most = Math.max(most, (await gateway.memory()).rss);
    still = gateway.sources.produced === produced ? still + 1 : 0;
  } while (still < 5);
  return most - before;
};

const indexOf = (text: string): number => Number(/"index":(\d+)/.exec(text)?.[1]);

const overWebSocket = async (count: number) => {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const read: number[] = [];
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.includes('"next"')) read.push(indexOf(text));
      if (text.includes('"complete"')) resolve();
    });
  });
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: chat(count) } }));
  return {
    read,
    done,
    stall: () => socket.pause(),
    goOn: () => socket.resume(),
    end: () => socket.terminate(),
  };
};

const overEvents = async (count: number) => {
  const asked = request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  asked.end(JSON.stringify({ query: chat(count) }));
  // The one argument of `response` is an IncomingMessage.
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const read: number[] = [];
  let rest = '';
  const done = new Promise<void>((resolve) => {
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.includes('event: next')) read.push(indexOf(block));
        if (block.includes('event: complete')) resolve();
      }
    });
  });
  return {
    read,
    done,
    stall: () => response.pause(),
    goOn: () => response.resume(),
    end: () => response.destroy(),
  };
};

describe.each([
  ['WebSocket', overWebSocket],
  ['server-sent events', overEvents],
])('a client over %s that stops reading a stream of 250 MB', (_, open) => {
  test('costs the gateway at most 32 MiB, and has every event in its order when it reads on', async () => {
    // What the first stream of a process costs is not what this is about.
    const first = await open(20);
    await first.done;
    first.end();
    const before = (await gateway.settled()).rss;
    const produced = gateway.sources.produced;
    const reader = await open(EVENTS);
    reader.stall();
    expect(await growthUntilStill(before)).toBeLessThanOrEqual(32 * MIB);
    // It is the source that waits.
    expect((gateway.sources.produced - produced) * EVENT_BYTES).toBeLessThan(64 * MIB);
    reader.goOn();
    await reader.done;
    expect(reader.read).toEqual(Array.from({ length: EVENTS }, (__, index) => index));
    reader.end();
  });
});

const PIECE = Buffer.alloc(65_536, 'x');

/** Answers every request with 50 MB that never end a line. */
const flood = createServer((asked, response) => {
  asked.resume();
  response.writeHead(200, { 'content-type': asked.headers.accept }).write('event: next\ndata: ');
  let left = 50_000_000;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= PIECE.length;
      if (response.write(PIECE)) continue;
      response.once('drain', more);
      return;
    }
    response.end();
  };
  more();
});

test('a subgraph that answers with 50 MB, 400 MB in all, costs the gateway at most 128 MiB', async () => {
  flood.listen(0, '127.0.0.1');
  await once(flood, 'listening');
  // A listening TCP server has an AddressInfo.
  const { port } = flood.address() as AddressInfo;
  const flooded = await startGatewayProcess({ sandbox: `http://127.0.0.1:${port}` });
  try {
    const ask = async (query: string): Promise<string> => {
      const response = await fetch(`${flooded.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return response.text();
    };
    expect(await ask('{ hello(name: "x") media { title } }')).toContain('"hello":"Hello x"');
    const before = (await flooded.settled()).rss;
    let most = before;
    for (let round = 0; round < 8; round += 1) {
      const answer = await ask('{ hello(name: "x") projects { id } }');
      expect(answer).toContain('"hello":"Hello x"');
      expect(answer).toContain('SERVICE_UNAVAILABLE');
      most = Math.max(most, (await flooded.memory()).rss);
    }
    // 16 MiB are read of each, and what was read of the last ones need not have been collected yet.
    expect(most - before).toBeLessThanOrEqual(128 * MIB);
  } finally {
    await flooded.stop();
    flood.close();
  }
});
