import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { IDENTITY_HEADER, signIdentity, type Caller } from '#mesh/identity.ts';
import { createLog, type Log } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startModels } from '#subgraphs/models/server.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { HERE, someone } from './caller.ts';

const Payload = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) })).optional(),
});
type Payload = z.infer<typeof Payload>;

const ChatEvent = z.object({
  requestId: z.string(),
  index: z.int(),
  text: z.string(),
  finishReason: z.enum(['STOP', 'LENGTH', 'BUDGET']).nullable(),
  usage: z.object({ promptTokens: z.int(), completionTokens: z.int(), totalTokens: z.int() }).nullable(),
});
export type ChatEvent = z.infer<typeof ChatEvent>;

const CHAT = `subscription ($input: ChatInput!) {
  chat(input: $input) { requestId index text finishReason usage { promptTokens completionTokens totalTokens } }
}`;

/** One chat, as a reader of its stream sees it. */
export interface ChatStream extends AsyncIterable<ChatEvent> {
  /** Goes away, as a client does whose connection is closed. */
  leave(): void;
}

/** What a chat that failed failed with. */
class ChatFailure extends Error {
  override readonly name = 'ChatFailure';
  readonly extensions: Readonly<Record<string, unknown>>;
  constructor(message: string, extensions: Readonly<Record<string, unknown>>) {
    super(message);
    this.extensions = extensions;
  }
}

export interface ModelsService {
  readonly subgraph: Subgraph;
  readonly database: TestDatabase;
  readonly modelsDir: string;
  /** A new account with prepaid tokens; null for one that was never granted any. */
  addUser(tokens: number | null): Promise<Caller>;
  /** Asks as this caller; null is an anonymous one. */
  graphql(
    caller: Caller | null,
    query: string,
    variables?: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<Payload>;
  subscribe(caller: Caller, query: string, signal?: AbortSignal): AsyncIterable<Payload>;
  /** @throws ChatFailure while it is read */
  chat(caller: Caller, input: Record<string, unknown>): ChatStream;
  /** The bill of one chat; undefined while there is none. */
  bill(requestId: string): Promise<Record<string, unknown> | undefined>;
  stop(): Promise<void>;
}

/** The events of an answer in graphql-sse's distinct connections mode. */
async function* payloadsOf(response: Response): AsyncGenerator<Payload, void, undefined> {
  if (!response.body) throw new Error('an answer without a body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^event: next\ndata: (.*)$/m.exec(block)?.[1];
      if (data) yield Payload.parse(JSON.parse(data));
    }
  }
}

/**
 * The real models service on a fresh database, called as the gateway calls it.
 * @param env variables beside those of the harness
 */
export const startModelsService = async (
  log: Log = createLog('test', 'silent'),
  env: Readonly<Record<string, string>> = {},
): Promise<ModelsService> => {
  const database = await freshDatabase();
  const home = await mkdtemp(join(tmpdir(), 'devstudio-models-'));
  const config = readConfig({ DEVSTUDIO_HOME: home, ...env }, home);
  const { secret } = database;
  const subgraph = await startModels({ config, databaseUrl: database.url, secret, log });

  const send = (caller: Caller | null, query: string, variables: unknown, accept: string, signal: AbortSignal) => {
    const body = JSON.stringify({ query, variables });
    const identity = signIdentity(
      secret('identity'),
      'models',
      { requestId: randomUUID(), caller, client: HERE },
      body,
    );
    return subgraph.handle({ headers: { [IDENTITY_HEADER]: identity, accept }, body, signal });
  };

  return {
    subgraph,
    database,
    modelsDir: config.modelsDir,
    addUser: async (tokens) => {
      const email = `${randomUUID()}@devstudio.test`;
      const [row] = await database.sql(
        "insert into users.accounts (email, password_hash, role) values ($1, '-', 'DEVELOPER') returning id",
        [email],
      );
      const userId = z.string().parse(row?.['id']);
      if (tokens !== null) await database.sql('select billing.grant_tokens($1, $2, null, null)', [userId, tokens]);
      return someone('DEVELOPER', { userId, email });
    },
    graphql: async (caller, query, variables = {}, signal = new AbortController().signal) => {
      const response = await send(caller, query, variables, 'application/json', signal);
      return Payload.parse(await response.json());
    },
    subscribe: (caller, query, signal = new AbortController().signal) => ({
      [Symbol.asyncIterator]: async function* () {
        const response = await send(caller, query, {}, 'text/event-stream', signal);
        yield* payloadsOf(response);
      },
    }),
    chat: (caller, input) => {
      const controller = new AbortController();
      return {
        leave: () => controller.abort(),
        [Symbol.asyncIterator]: async function* () {
          const response = await send(caller, CHAT, { input }, 'text/event-stream', controller.signal);
          for await (const { data, errors } of payloadsOf(response)) {
            const [error] = errors ?? [];
            if (error) throw new ChatFailure(error.message, error.extensions);
            yield ChatEvent.parse(data?.['chat']);
          }
        },
      };
    },
    bill: async (requestId) => {
      const [row] = await database.sql(
        'select prompt_tokens::int, completion_tokens::int, outcome from billing.token_usage where request_id = $1',
        [requestId],
      );
      return row;
    },
    stop: async () => {
      await subgraph.stop();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
};
