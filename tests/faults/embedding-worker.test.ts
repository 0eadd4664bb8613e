import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Caller } from '#mesh/identity.ts';
import { descendants } from '#tests/harness/installation.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomBert } from '#tests/harness/random-bert.ts';

const EMBED = 'mutation ($input: EmbedInput!) { embed(input: $input) { usage { totalTokens } } }';
const LONG = Array(250).fill('a '.repeat(500).trim());

let models: ModelsService;
let caller: Caller;

beforeAll(async () => {
  models = await startModelsService();
  caller = await models.addUser(1_000_000);
  await writeRandomBert(join(models.modelsDir, 'large.gguf'), { embedding: 256 });
});

afterAll(() => models.stop());

const open = () => models.database.sql("select 1 from billing.llm_requests where state = 'open'");
/** Asks for the vectors of many long texts; settles when the first of them is read. */
const begin = async (user: Caller) => {
  const answer = models.graphql(user, EMBED, { input: { model: 'large', input: LONG } });
  await vi.waitFor(async () => expect(await open()).toHaveLength(1), { timeout: 20_000, interval: 5 });
  return { answer };
};
const billOf = (user: Caller) =>
  models.database.sql('select total_tokens::int as total, outcome from billing.token_usage where user_id = $1', [
    user.userId,
  ]);

test('a worker that is killed while it embeds ends the request with MODEL_CRASHED, at no cost, and the next one works', async () => {
  const { answer } = await begin(caller);
  for (const { pid, command } of await descendants(process.pid)) {
    if (command.includes('worker/main.ts')) process.kill(pid, 'SIGKILL');
  }
  const { errors } = await answer;
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('its worker was killed'),
    extensions: { code: 'MODEL_CRASHED' },
  });
  expect(await billOf(caller)).toEqual([{ total: 0, outcome: 'failed' }]);
  const { data } = await models.graphql(caller, EMBED, { input: { model: 'large', input: ['hello'] } });
  expect(data).toEqual({ embed: { usage: { totalTokens: 3 } } });
  expect(await open()).toEqual([]);
});

test('a service that stops meanwhile says so and charges nothing', async () => {
  const user = await models.addUser(1_000_000);
  const { answer } = await begin(user);
  await models.subgraph.stop();
  expect((await answer).errors?.[0]?.extensions['code']).toBe('SERVICE_UNAVAILABLE');
  expect(await billOf(user)).toEqual([{ total: 0, outcome: 'failed' }]);
});
