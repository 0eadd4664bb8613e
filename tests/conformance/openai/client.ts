import { join } from 'node:path';
import OpenAI, { APIError } from 'openai';
import { z } from 'zod';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { LLAMA_3_TEMPLATE, writeScriptedModel } from '#tests/harness/scripted-model.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

const PASSWORD = 'correct horse battery';
const NewKey = z.object({ createApiKey: z.object({ secret: z.string() }) });

export const QUESTION = [{ role: 'user' as const, content: 'Write a Python function that adds two numbers' }];

/** The whole studio with models to try it on, and OpenAI's client of a developer's API key. */
export interface OpenAiStudio {
  readonly studio: TestStudio;
  /** Of an admin. */
  readonly token: string;
  readonly apiKey: string;
  readonly openai: OpenAI;
  clientOf(apiKey: string, maxRetries?: number): OpenAI;
  /** Makes an account and answers its access token. */
  account(input: { email: string; role?: string; tokens?: number }): Promise<string>;
  /** The bill of one answer, by the id that the client sees; undefined while there is none. */
  billOf(id: string): Promise<Record<string, unknown> | undefined>;
  /** Conversations that have a place at a model. */
  active(): Promise<unknown>;
}

/**
 * Beside `starter` there are `endless`, which babbles; `caller`, which goes on with `||call: f({})` for ever, and calls
 * where there are tools; `callers`, which likewise calls again and again; and `bert`, for embeddings.
 */
export const startOpenAiStudio = async (): Promise<OpenAiStudio> => {
  const studio = await startStudio();
  const models = studio.config.modelsDir;
  await writeRandomModel(join(models, 'endless.gguf'), { contextSize: 32_768 });
  await writeRandomBert(join(models, 'bert.gguf'));
  // ChatML ends a prompt by a line break, after which this model always calls.
  const script = ['Ċ', '||', 'call', ':', 'Ġ', 'f', '(', '{', '}', ')'];
  const merges = ['| |', 'c a', 'l l', 'ca ll'];
  await writeScriptedModel(join(models, 'caller.gguf'), merges, script);
  await writeScriptedModel(join(models, 'callers.gguf'), merges, script, LLAMA_3_TEMPLATE);
  const token = await studio.login();
  const clientOf = (apiKey: string, maxRetries = 0): OpenAI =>
    new OpenAI({ apiKey, baseURL: `${studio.url}/v1`, maxRetries });
  const account = async (input: { email: string; role?: string; tokens?: number }): Promise<string> => {
    const { body } = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      variables: { input: { ...input, password: PASSWORD } },
      token,
    });
    if (body.errors) throw new Error(body.errors[0]?.message);
    return studio.login(input.email, PASSWORD);
  };
  const { body } = await studio.graphql(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    {
      variables: { input: { name: 'openai' } },
      token: await account({ email: 'ada@example.org', tokens: 1_000_000 }),
    },
  );
  const apiKey = NewKey.parse(body.data).createApiKey.secret;
  return {
    studio,
    token,
    apiKey,
    openai: clientOf(apiKey),
    clientOf,
    account,
    billOf: async (id) => {
      const [row] = await studio.database.sql(
        'select prompt_tokens::int, completion_tokens::int, total_tokens::int, outcome from billing.token_usage where request_id = $1',
        [id.replace(/^(chatcmpl-|cmpl-|resp_)/, '')],
      );
      return row;
    },
    active: async () => {
      const { body: status } = await studio.rpc('llm.status', {}, token);
      return z.looseObject({ active: z.int() }).parse(status['result']).active;
    },
  };
};

/** What a call was refused with. */
export const refusal = async (call: Promise<unknown>): Promise<APIError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error('the call was not refused', { cause: error });
};

/** Everything that a stream brings. */
export const all = async <Piece>(stream: AsyncIterable<Piece>): Promise<Piece[]> => {
  const pieces: Piece[] = [];
  for await (const piece of stream) pieces.push(piece);
  return pieces;
};
