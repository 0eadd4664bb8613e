import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { OPENAI } from './dialect.ts';
import { sendEvents, sendFile } from './events.ts';

test('a client that reads nothing stops the source, and the end of the stream still comes to its end', async () => {
  const running = new AbortController();
  let made = 0;
  const events = async function* (): AsyncGenerator<string, void, undefined> {
    while (!running.signal.aborted) {
      made += 1;
      yield OPENAI.frame('x'.repeat(10_000));
      // As a source that takes its time, and does not keep the event loop for itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
    yield OPENAI.frame('the end');
  };
  let answered: ServerResponse | undefined;
  let sent: Promise<void> | undefined;
  const server = createServer((_, response) => {
    answered = response;
    sent = sendEvents(response, OPENAI.stream, events(), running.signal);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  try {
    const request = get({ port, host: '127.0.0.1' });
    const [response] = await once(request, 'response');
    response.pause();
    let before = -1;
    await expect
      .poll(
        () => {
          const stands = made === before && answered?.writableNeedDrain === true;
          before = made;
          return stands;
        },
        { timeout: 10_000 },
      )
      .toBe(true);
    running.abort();
    await sent;
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.resume();
    await once(response, 'end');
    expect(text.endsWith('data: "the end"\n\n')).toBe(true);
    expect(text.split('\n\n')).toHaveLength(made + 2);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('a file that cannot be whole any more is broken off, so that nobody takes it for whole', async () => {
  const bytes = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from('the beginning');
    throw new Error('lost');
  };
  const server = createServer((_, response) => {
    const file = { name: 'a.zip', type: 'application/zip', bytes: bytes() };
    void sendFile(response, file, new AbortController().signal, createLog('test', 'silent'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a TCP port has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  try {
    const answer = await fetch(`http://127.0.0.1:${port}`)
      .then((response) => response.arrayBuffer())
      .catch(() => 'broken');
    expect(answer).toBe('broken');
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
