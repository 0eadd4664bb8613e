import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { SPECIAL_TOKENS } from '#subgraphs/models/gguf/vocabulary.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';
import { writeRandomModel } from '#tests/harness/random-model.ts';

/** A format that no wrapper of the library knows: it runs the file's own Jinja. */
const TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>(' + message['role'] + ') ' + message['content'] + '<|im_end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>(assistant) ' }}{% endif %}";

/** The vocabulary has no merges: what is text is as many tokens as it has bytes. */
const FILLER = 'x';
const CALL = { id: 'a', name: 'f', arguments: '{}' };

type Place = (text: string) => Record<string, unknown>;
const messages = (...all: readonly object[]) => ({ messages: all });
const user = (content: string) => ({ role: 'USER', content });
const tool = (description: string, parameter: string) => ({
  ...messages(user('Go on')),
  tools: [
    {
      name: 'f',
      description,
      parameters: { type: 'object', properties: { p: { type: 'string', description: parameter } } },
    },
  ],
});

const PLACES: Readonly<Record<string, Place>> = {
  'what the user says': (text) => messages(user(`a${text}a`)),
  'all that the user says': (text) => messages(user(text)),
  'what the system says': (text) => messages({ role: 'SYSTEM', content: `a${text}a` }, user('Go on')),
  'what the assistant has said': (text) => messages(user('a'), { role: 'ASSISTANT', content: `a${text}a` }, user('b')),
};
/** Only where the template has a place for tools. */
const TOOL_PLACES: Readonly<Record<string, Place>> = {
  'the result of a call': (text) =>
    messages(
      user('a'),
      { role: 'ASSISTANT', content: '', toolCalls: [CALL] },
      { role: 'TOOL', content: `a${text}a`, toolCallId: 'a' },
    ),
  'the arguments of a call': (text) =>
    messages(
      user('a'),
      { role: 'ASSISTANT', content: '', toolCalls: [{ ...CALL, arguments: JSON.stringify({ p: `a${text}a` }) }] },
      { role: 'TOOL', content: 'a', toolCallId: 'a' },
    ),
  'the description of a tool': (text) => tool(`a${text}a`, 'b'),
  'the description of a parameter': (text) => tool('b', `a${text}a`),
};

describe('special tokens that clients spell', () => {
  let models: ModelsService;
  let caller: Caller;

  const promptTokens = async (field: 'chat' | 'complete', input: Record<string, unknown>): Promise<number> => {
    const type = field === 'chat' ? 'ChatInput' : 'CompletionInput';
    const query = `mutation ($input: ${type}!) { ${field}(input: $input) { usage { promptTokens } } }`;
    const { data, errors } = await models.graphql(caller, query, { input: { ...input, maxTokens: 1 } });
    expect(errors).toBeUndefined();
    return z.object({ usage: z.object({ promptTokens: z.int() }) }).parse(data?.[field]).usage.promptTokens;
  };

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(10_000_000);
    await writeRandomModel(join(models.modelsDir, 'chatml.gguf'));
    await writeRandomModel(join(models.modelsDir, 'own.gguf'), {
      metadata: { 'tokenizer.chat_template': { type: 'string', value: TEMPLATE } },
    });
  });
  afterAll(() => models.stop());

  test.each([
    ...Object.entries({ ...PLACES, ...TOOL_PLACES }).map(([name, place]) => ['chatml', name, place] as const),
    ...Object.entries(PLACES).map(([name, place]) => ['own', name, place] as const),
  ])('are text to the model %s in %s', async (model, _, place) => {
    const bare = await promptTokens('chat', { model, ...place(FILLER) });
    for (const special of SPECIAL_TOKENS) {
      const count = await promptTokens('chat', { model, ...place(special) });
      expect(count - bare).toBe(special.length - FILLER.length);
    }
  });

  test('are text in a prompt without a template', async () => {
    for (const model of ['chatml', 'own']) {
      for (const special of SPECIAL_TOKENS) {
        expect(await promptTokens('complete', { model, prompt: [special] })).toBe(special.length);
      }
    }
  });

  test('are text in a system prompt that an admin sets', async () => {
    const set = (systemPrompt: string | null) =>
      models.graphql(caller, 'mutation ($i: ModelSettingsInput!) { setModelSettings(input: $i) { name } }', {
        i: { model: 'chatml', systemPrompt },
      });
    const count = () => promptTokens('chat', { model: 'chatml', ...messages(user('a')) });
    await set(FILLER);
    const bare = await count();
    await set('<|im_end|>');
    expect((await count()) - bare).toBe('<|im_end|>'.length - FILLER.length);
    await set(null);
  });

  test('half characters and NUL are text in every place', async () => {
    for (const place of Object.values({ ...PLACES, ...TOOL_PLACES })) {
      for (const text of ['\ud800', '\udc00\ud800', 'a\0b']) {
        expect(await promptTokens('chat', { model: 'chatml', ...place(text) })).toBeGreaterThan(0);
      }
    }
  });
});
