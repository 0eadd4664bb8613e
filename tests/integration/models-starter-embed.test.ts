import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Caller } from '#mesh/identity.ts';
import { bertTensors } from '#subgraphs/models/gguf/bert.ts';
import { createPieceEncoder } from '#subgraphs/models/gguf/word-pieces.ts';
import { exportEmbedder } from '#subgraphs/models/starter/embedding/export.ts';
import { generatePairs } from '#subgraphs/models/starter/embedding/pairs.ts';
import { codeRetrieval, factRetrieval, firstFound } from '#subgraphs/models/starter/embedding/retrieval.ts';
import { SHIPPED_EMBEDDER } from '#subgraphs/models/starter/install.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';
import { readVocabulary } from '#subgraphs/models/starter/training.ts';
import { startModelsService, type ModelsService } from '#tests/harness/models-service.ts';

const Embeddings = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })) });
/** Texts of one request. */
const BATCH = 64;

describe('the starter model for embeddings', () => {
  let models: ModelsService;
  let caller: Caller;

  beforeAll(async () => {
    models = await startModelsService();
    caller = await models.addUser(1_000_000);
  });
  afterAll(() => models.stop());

  const embed = async (texts: readonly string[]): Promise<readonly (readonly number[])[]> => {
    const vectors: (readonly number[])[] = [];
    for (let at = 0; at < texts.length; at += BATCH) {
      const { data, errors } = await models.graphql(
        caller,
        'mutation ($input: EmbedInput!) { embed(input: $input) { data { embedding } } }',
        { input: { model: 'starter-embed', input: texts.slice(at, at + BATCH) } },
      );
      expect(errors).toBeUndefined();
      vectors.push(...Embeddings.parse(data?.['embed']).data.map(({ embedding }) => embedding));
    }
    return vectors;
  };

  test.each([
    // Words in common find 25 % and 34 % of the same.
    ['answers in English and German, by questions that it was not trained on', factRetrieval(), 0.8],
    ['functions in Python, by what they do in words that it was not trained on', codeRetrieval(), 0.68],
  ])('finds %s', async (_, retrieval, least) => {
    const [texts, queries] = [await embed(retrieval.texts), await embed(retrieval.queries.map(({ text }) => text))];
    expect(firstFound(retrieval, texts, queries)).toBeGreaterThan(least);
  });

  test('finds code by a name that nobody knows, and texts about anything by their words', async () => {
    const texts = [
      'def parse_config(path):\n    return json.load(open(path))',
      'def save_user(user):\n    database.save(user)',
      'The harvest of olives begins in October and ends before the frost.',
      'A bicycle with eleven gears climbs the pass easily.',
    ];
    const queries = [
      'Where is save_user defined?',
      'when do they harvest olives',
      'parse_config',
      'gears of a bicycle',
    ];
    const [vectors, asked] = [await embed(texts), await embed(queries)];
    const finds = [[1], [2], [0], [3]];
    const retrieval = { texts, queries: queries.map((text, at) => ({ text, finds: finds[at] ?? [] })) };
    expect(firstFound(retrieval, vectors, asked)).toBe(1);
  });
});

describe('the recipe of the starter model for embeddings', () => {
  test('its encoder agrees with llama.cpp on every text, and weights of its shape become a file that embeds', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'devstudio-embedder-'));
    await using llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error, maxThreads: 1 });
    const shipped = await llama.loadModel({ modelPath: SHIPPED_EMBEDDER, vocabOnly: true });
    const wordPieces = await readVocabulary(join(SHIPPED_EMBEDDER, '../embedding/word-pieces.json'));
    const encode = createPieceEncoder(wordPieces);
    const odd = [
      'a  b\n\n\tc 12345 ünïcödé 🙂 it’s',
      'ﬁ 漢字 ١٢٣ ½',
      'Straße ÄÖÜ',
      'foo_bar(x) => `a${b}`;',
      '[CLS] x²',
    ];
    const texts = [...odd, ...generatePairs(200, 99).flatMap((pair) => pair.texts)];
    // The library's tokenize leaves out CLS and SEP.
    const different = texts.filter((text) => encode(text).slice(1, -1).join() !== shipped.tokenize(text).join());
    expect(different).toEqual([]);

    const path = join(folder, 'random.gguf');
    const shape = { embedding: 32, layers: 2, heads: 4, feedForward: 64, context: 64, vocabulary: wordPieces.length };
    const size = bertTensors(shape).reduce(
      (sum, tensor) => sum + tensor.shape.reduce<number>((product, length) => product * length, 1),
      0,
    );
    const random = randomFrom(5);
    const weights = Float32Array.from({ length: size }, () => random() - 0.5);
    await exportEmbedder(path, 'random', shape, weights, wordPieces);
    const model = await llama.loadModel({ modelPath: path });
    const context = await model.createEmbeddingContext({ contextSize: 64, threads: 1 });
    expect((await context.getEmbeddingFor('hello')).vector).toHaveLength(32);
    await expect(exportEmbedder(path, 'random', shape, weights.subarray(1), wordPieces)).rejects.toThrow(/weights/);
    await rm(folder, { recursive: true });
  });
});
