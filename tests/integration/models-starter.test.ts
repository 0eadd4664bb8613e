import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, LlamaLogLevel, type Llama, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { llamaTensors } from '#subgraphs/models/gguf/llama.ts';
import { tokensOf } from '#subgraphs/models/gguf/vocabulary.ts';
import { createEncoder } from '#subgraphs/models/starter/bpe.ts';
import { generateCorpus } from '#subgraphs/models/starter/corpus.ts';
import { exportModel } from '#subgraphs/models/starter/export.ts';
import { SHIPPED_STARTER } from '#subgraphs/models/starter/install.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';

const readMerges = async (): Promise<readonly string[]> =>
  z.array(z.string()).parse(JSON.parse(await readFile(join(SHIPPED_STARTER, '../merges.json'), 'utf8')));

describe('the recipe of the starter model', () => {
  let folder: string;
  let llama: Llama;
  let merges: readonly string[];

  const open = (modelPath: string, vocabOnly = false): Promise<LlamaModel> => llama.loadModel({ modelPath, vocabOnly });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'devstudio-starter-'));
    llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 });
    merges = await readMerges();
  });

  afterAll(async () => {
    await llama.dispose();
    await rm(folder, { recursive: true });
  });

  test('its encoder agrees with llama.cpp on every text', async () => {
    const encode = createEncoder(merges);
    const model = await open(SHIPPED_STARTER, true);
    const odd = [
      'a  b\n\n\tc 12345 ünïcödé 🙂 it’s',
      '\n\n  x',
      ' ',
      'ﬁ 漢字 ١٢٣ ½',
      "we'll I'm THEY'RE",
      '<|im_end|>',
    ];
    const texts = [
      ...odd,
      ...generateCorpus(200, 99)
        .flat()
        .map(({ content }) => content),
    ];
    const different = texts.filter((text) => encode(text).join() !== model.tokenize(text).join());
    expect(different).toEqual([]);
    await model.dispose();
  });

  test('weights of its shape become a file that loads and generates', async () => {
    const path = join(folder, 'random.gguf');
    const vocabulary = tokensOf(merges).length;
    const shape = { embedding: 64, layers: 2, heads: 4, keyValueHeads: 2, feedForward: 96, vocabulary };
    const size = llamaTensors({ ...shape, context: 1 }).reduce(
      (sum, tensor) => sum + tensor.shape.reduce<number>((product, length) => product * length, 1),
      0,
    );
    const random = randomFrom(5);
    const weights = Float32Array.from({ length: size }, () => random() - 0.5);
    await exportModel(path, 'random', shape, weights, merges);
    const model = await open(path);
    const context = await model.createContext({ contextSize: 64, threads: 1 });
    const tokens: number[] = [];
    for await (const token of context.getSequence().evaluate(model.tokenize('Hello'), { temperature: 0 })) {
      if (tokens.push(token) === 5) break;
    }
    expect(tokens).toHaveLength(5);
    await model.dispose();
    await expect(exportModel(path, 'random', shape, weights.subarray(1), merges)).rejects.toThrow(/weights/);
  });
});

describe('the starter model', () => {
  let models: ModelsService;
  let caller: Caller;

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(100_000);
  });

  afterAll(() => models.stop());

  test.each([
    ['Write a Python function that adds two numbers', /def \w+\(a, b\):\n {4}return a \+ b/],
    [
      'Write a JavaScript function that reverses a string',
      /function \w+\(\w+\) \{\n {2}return \[\.\.\.\w+\]\.reverse\(\)\.join\(""\);\n\}/,
    ],
    [
      'Write a Python function called foo with the argument z that returns the square of a number.',
      /def foo\(z\):\n {4}return z \* z/,
    ],
    ['Who are you?', /CyberDevStudio starter model/],
    ['I get a 429 error', /Status 429 means/],
    ['Wer bist du?', /Startmodell/],
    ['What is the weather in Paris?', /very small model/],
  ])('answers %j', async (question, expected) => {
    let text = '';
    const input = { model: 'starter', messages: [{ role: 'USER', content: question }], temperature: 0 };
    for await (const event of models.chat(caller, input)) text += event.text;
    expect(text).toMatch(expected);
  });
});
