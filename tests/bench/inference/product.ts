import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { install } from '#tests/harness/installation.ts';
import type { BenchModel } from './models.ts';
import { askAll, type Answering, type Side } from './questions.ts';
import { SLOTS } from './terms.ts';

const Login = z.object({ data: z.object({ login: z.object({ accessToken: z.string() }) }) });
const Loaded = z.object({ data: z.object({ loadModel: z.object({ name: z.string() }) }) });
const Event = z.object({
  data: z.object({ chat: z.object({ text: z.string(), usage: z.object({ completionTokens: z.int() }).nullable() }) }),
});

const LOGIN = `mutation ($email: String!, $password: String!) {
  login(email: $email, password: $password) { accessToken }
}`;
const LOAD = `mutation ($options: ModelOptionsInput) { loadModel(name: "bench", options: $options) { name } }`;
const CHAT = 'subscription ($input: ChatInput!) { chat(input: $input) { text usage { completionTokens } } }';

/** The whole product, asked as the studio in a browser asks: a subscription of the gateway for each chat. */
export const startProduct = async ({ path, contextSize }: BenchModel): Promise<Side> => {
  const home = await mkdtemp(join(tmpdir(), 'devstudio-bench-'));
  await mkdir(join(home, 'models'));
  await copyFile(path, join(home, 'models/bench.gguf'));
  const product = await install({ home, env: { DEVSTUDIO_LOG_LEVEL: 'warn' } });

  const graphql = async (query: string, variables: object, token?: string): Promise<unknown> => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const body = JSON.stringify({ query, variables });
    return (await fetch(`${product.url}/graphql`, { method: 'POST', headers, body })).json();
  };
  const load = async (): Promise<string> => {
    const { accessToken } = Login.parse(await graphql(LOGIN, product.admin)).data.login;
    Loaded.parse(await graphql(LOAD, { options: { contextSize, sequences: SLOTS, threads: 1 } }, accessToken));
    return accessToken;
  };
  const token = await load().catch(async (error: unknown) => {
    await product.remove();
    throw error;
  });
  const client = createClient({
    url: `${product.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: () => ({ authorization: `Bearer ${token}` }),
  });

  const answer: Answering = async ({ text, maxTokens }, piece) => {
    const messages = [{ role: 'USER', content: text }];
    const input = { model: 'bench', messages, maxTokens, temperature: 0 };
    let tokens = 0;
    for await (const event of client.iterate({ query: CHAT, variables: { input } })) {
      const { chat } = Event.parse(event).data;
      piece();
      tokens = chat.usage?.completionTokens ?? tokens;
    }
    return tokens;
  };

  return {
    name: 'product',
    ask: (questions) => askAll(questions, answer),
    stop: async () => {
      await client.dispose();
      await product.remove();
    },
  };
};
