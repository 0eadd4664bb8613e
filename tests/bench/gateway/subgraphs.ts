/** A process of its own with the four subgraphs; says where they are and, when asked, how often they were. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { SUBGRAPHS, type SubgraphName } from '#mesh/config.ts';
import { readBody } from '#mesh/serve.ts';
import { openAnswers } from './answers.ts';

let requests = 0;

/** What a request asks, as the body of a POST; undefined when it asks nothing. Hive's subscriptions come by GET. */
const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  if (request.method === 'POST') {
    const body = await readBody(request);
    return body.outcome === 'read' ? body.text : undefined;
  }
  const { searchParams } = new URL(request.url ?? '/', 'http://subgraph');
  const query = searchParams.get('query');
  if (query === null) return undefined;
  const variables: unknown = JSON.parse(searchParams.get('variables') ?? '{}');
  return JSON.stringify({ query, variables });
};

/** One write an event, as a model gives them; but as fast as they are read. */
const stream = async (response: ServerResponse, events: readonly string[]): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) {
    if (response.destroyed) return;
    if (!response.write(`event: next\ndata: ${event}\n\n`)) await once(response, 'drain');
    await setImmediate();
  }
  response.end('event: complete\ndata:\n\n');
};

const start = async (name: SubgraphName): Promise<string> => {
  const answers = await openAnswers(name);
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      requests += 1;
      const asked = await bodyOf(request);
      if (asked === undefined) {
        response.end('{"ready":true}');
        return;
      }
      const texts = await answers(asked);
      if (asked.includes('"subscription')) return stream(response, texts);
      const text = texts[0] ?? '';
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
    };
    answer().catch((error: unknown) => {
      if (response.headersSent) return response.destroy(error instanceof Error ? error : undefined);
      response.writeHead(500).end(String(error));
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has an address.');
  return `http://127.0.0.1:${address.port}`;
};

process.on('message', () => process.send?.({ requests }));
const urls = Object.fromEntries(await Promise.all(SUBGRAPHS.map(async (name) => [name, await start(name)] as const)));
process.send?.({ urls });
