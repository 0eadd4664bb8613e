import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '#mesh/log.ts';
import { openServers, type Servers } from '#subgraphs/models/remote/servers.ts';
import {
  refusing,
  send,
  startOpenAiServer,
  streaming,
  textChunk,
  type OpenAiServer,
} from '#tests/harness/openai-server.ts';

const never = new AbortController().signal;

describe('the servers of a model', () => {
  let server: OpenAiServer;
  let servers: Servers;
  let changes = 0;

  const open = (urls: readonly string[]): Servers =>
    openServers({
      name: 'far',
      urls,
      key: undefined,
      patience: { connectMs: 2_000, beginMs: 500, silenceMs: 500 },
      onChange: () => (changes += 1),
      log: createLog('test', 'silent'),
    });
  const ask = async (signal = never): Promise<string> => {
    using answer = await servers.post('/chat/completions', { model: 'm' }, signal);
    let text = '';
    for await (const chunk of answer.chunks) text += Buffer.from(chunk).toString();
    answer.ended();
    return text;
  };

  beforeEach(async () => {
    changes = 0;
    server = await startOpenAiServer();
    servers = open([server.url]);
  });
  afterEach(async () => {
    await servers.close();
    await server.stop();
  });

  test('one that never begins is given up in time', async () => {
    server.answer(() => {});
    await expect(ask()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await server.asked[0]?.closed;
  });

  test('one that falls silent is given up in time', async () => {
    server.answer((response) => send(response, textChunk('a')));
    await expect(ask()).rejects.toMatchObject({ code: 'TIMEOUT' });
    await server.asked[0]?.closed;
  });

  test('whoever leaves is heard before an answer begins, and does its server no harm', async () => {
    const left = new AbortController();
    server.answer(() => left.abort(new Error('left')));
    await expect(ask(left.signal)).rejects.toThrow('left');
    await server.asked[0]?.closed;
    server.answer(streaming(['a']));
    expect(await ask()).toContain('[DONE]');
    expect(servers.answering()).toBe(true);
  });

  test('one that is gone rests, and comes back when it answers that it is there', async () => {
    expect(servers.answering()).toBeUndefined();
    const port = Number(new URL(server.url).port);
    await server.stop();
    await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(servers.answering()).toBe(false);
    // While it rests nobody is sent to it.
    await expect(ask()).rejects.toMatchObject({ extensions: { retryAfterSeconds: expect.any(Number) } });
    server = await startOpenAiServer(port);
    server.answer(streaming(['a']));
    await expect.poll(() => servers.look().then(() => servers.answering()), { timeout: 10_000 }).toBe(true);
    expect(server.asked).toHaveLength(0);
    expect(servers.lastError()).toBeNull();
    expect(changes).toBe(2);
    expect(await ask()).toContain('[DONE]');
  });

  test('one failure harms none, three in a row have it rest', async () => {
    server.answer(refusing(500));
    for (const answering of [true, true, false]) {
      await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      expect(servers.answering()).toBe(answering);
    }
    expect(server.asked).toHaveLength(3);
    await expect(ask()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(server.asked).toHaveLength(3);
  });

  test('an answer that is refused at length is read no further than it is needed', async () => {
    server.answer((response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.write('{"error":{"message":"');
      const go = (): void => void (response.writable && response.write('x'.repeat(65_536), go));
      go();
    });
    await expect(ask()).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    await server.asked[0]?.closed;
  });
});
