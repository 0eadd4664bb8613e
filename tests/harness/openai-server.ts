import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

const Body = z.looseObject({ model: z.string() });
type Body = z.infer<typeof Body>;

/** One request that came, but for those that only look whether the server is there. */
export interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Body;
  /** Settles when its client has hung up, or its answer is over. */
  readonly closed: Promise<unknown>;
}

export type Script = (response: ServerResponse, asked: Asked) => void | Promise<void>;

/** A server of OpenAI's protocol that answers as a test has told it, well or badly. */
export interface OpenAiServer {
  /** To which paths are added. */
  readonly url: string;
  readonly asked: readonly Asked[];
  answer(script: Script): void;
  /** What `/models` says, which those ask who look whether it is there. */
  health(status: number): void;
  stop(): Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<Body> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return Body.parse(JSON.parse(text));
};

/** One event of a stream. */
export const send = (response: ServerResponse, payload: unknown): void => {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}\n\n`);
};

export const textChunk = (content: string) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
export const endChunk = (finish: string) => ({ choices: [{ index: 0, delta: {}, finish_reason: finish }] });
export const usageChunk = (prompt: number, completion: number) => ({
  choices: [],
  usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
});

/** A whole stream of these texts. */
export const streaming =
  (texts: readonly string[], usage?: readonly [prompt: number, completion: number], finish = 'stop'): Script =>
  (response) => {
    for (const text of texts) send(response, textChunk(text));
    send(response, endChunk(finish));
    if (usage) send(response, usageChunk(...usage));
    send(response, '[DONE]');
    response.end();
  };

/** An answer that is none. */
export const refusing =
  (status: number, error?: object, headers: Readonly<Record<string, string>> = {}): Script =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: error ?? { message: 'no' } }));
  };

/** @param port 0 for any that is free */
export const startOpenAiServer = async (port = 0): Promise<OpenAiServer> => {
  const asked: Asked[] = [];
  let script: Script = refusing(500);
  let health = 200;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET') {
      response.writeHead(health, { 'content-type': 'application/json' }).end('{"object":"list","data":[]}');
      return;
    }
    const { authorization } = request.headers;
    const closed = once(response, 'close');
    const one: Asked = { path: request.url ?? '', authorization, body: await bodyOf(request), closed };
    asked.push(one);
    await script(response, one);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    asked,
    answer: (next) => {
      script = next;
    },
    health: (status) => {
      health = status;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
