import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';
import { startStudio } from '#tests/harness/studio.ts';

let models: ModelsService;

beforeAll(async () => {
  models = await startModelsService();
  await writeRandomModel(join(models.modelsDir, 'endless.gguf'), { contextSize: 8_192 });
});

afterAll(() => models.stop());

const asking = (model: string) => ({
  model,
  messages: [{ role: 'USER', content: 'Write a function that adds two numbers' }],
});

/** The value of the sample of this name with these labels. */
const metric = async (name: string, labels = ''): Promise<number> => {
  const text = await models.subgraph.metrics();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}{${labels}}`));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ')));
};

test('a chat that is answered is counted with its tokens, as they are in the bill', async () => {
  const caller = await models.addUser(1_000_000);
  let usage: { readonly promptTokens: number; readonly completionTokens: number } | null = null;
  for await (const event of models.chat(caller, { ...asking('starter'), temperature: 0 })) usage = event.usage ?? usage;
  const { promptTokens, completionTokens } = usage ?? { promptTokens: 0, completionTokens: 0 };
  expect(promptTokens * completionTokens).toBeGreaterThan(0);
  expect(await metric('llm_request_count_total', 'model="starter",status="completed"')).toBe(1);
  expect(await metric('llm_tokens_total', 'model="starter",direction="prompt"')).toBe(promptTokens);
  expect(await metric('llm_tokens_total', 'model="starter",direction="completion"')).toBe(completionTokens);
  expect(await metric('token_spend_total', 'model="starter"')).toBe(promptTokens + completionTokens);
  expect(await metric('llm_inference_seconds_count', 'model="starter",status="completed"')).toBe(1);
  expect(await metric('llm_time_to_first_token_seconds_count', 'model="starter"')).toBe(1);
  expect(await metric('llm_model_memory_bytes', 'model="starter"')).toBeGreaterThan(0);
  expect(await metric('llm_active', 'model="starter"')).toBe(0);
});

test('a chat that its reader leaves is counted as cancelled, with what was charged for it', async () => {
  const caller = await models.addUser(1_000_000);
  const chat = models.chat(caller, asking('endless'));
  let requestId = '';
  for await (const event of chat) {
    ({ requestId } = event);
    if (event.index === 3) chat.leave();
    if (event.index > 3) break;
  }
  await expect.poll(() => metric('llm_request_count_total', 'model="endless",status="cancelled"')).toBe(1);
  await expect.poll(() => models.bill(requestId)).toBeDefined();
  const bill = await models.bill(requestId);
  const charged = Number(bill?.['prompt_tokens']) + Number(bill?.['completion_tokens']);
  expect(await metric('token_spend_total', 'model="endless"')).toBe(charged);
});

test('a chat that is refused is counted without what it has called its model', async () => {
  const caller = await models.addUser(null);
  const failureOf = async (model: string): Promise<unknown> => {
    try {
      for await (const event of models.chat(caller, asking(model))) return event;
      return 'it was answered with nothing';
    } catch (error) {
      return error;
    }
  };
  expect(await failureOf('somebody@example.org')).toMatchObject({ extensions: { code: 'MODEL_NOT_LOADED' } });
  expect(await failureOf('starter')).toMatchObject({ extensions: { code: 'BUDGET_EXCEEDED' } });
  expect(await metric('llm_request_count_total', 'model="none",status="refused"')).toBe(2);
  expect(await models.subgraph.metrics()).not.toContain('example.org');
});

test('the gateway shows every metric of the contract that is counted so far, and its guide names all that it shows', async () => {
  const studio = await startStudio();
  try {
    const text = await (await fetch(`${studio.url}/metrics`)).text();
    const shown = [...text.matchAll(/^# TYPE (\w+) /gm)]
      .map(([, name = '']) => name)
      .filter((name) => !/^(process|nodejs)_/.test(name));
    expect(shown).toEqual(
      expect.arrayContaining([
        'gateway_request_seconds',
        'llm_request_count_total',
        'llm_tokens_total',
        'llm_inference_seconds',
        'llm_time_to_first_token_seconds',
        'token_spend_total',
      ]),
    );
    const guide = await readFile(join(import.meta.dirname, '../../docs/guides/operations.md'), 'utf8');
    const [, section = ''] = /^## Metrics\n(.*?)^## /ms.exec(guide) ?? [];
    const told = section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    expect(told.toSorted()).toEqual(shown.toSorted());
  } finally {
    await studio.stop();
  }
});
