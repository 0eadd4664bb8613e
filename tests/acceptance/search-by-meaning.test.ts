import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { writeRandomBert } from '#tests/harness/random-bert.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

let studio: TestStudio;
let token: string;

beforeAll(async () => {
  studio = await startStudio();
  await writeRandomBert(join(studio.config.modelsDir, 'bert.gguf'));
  token = await studio.login();
});
afterAll(() => studio.stop());

/** What one field answers. */
const ask = async <T>(
  field: string,
  query: string,
  variables: Record<string, unknown>,
  answer: z.ZodType<T>,
): Promise<T> => {
  const { body } = await studio.graphql(query, { variables, token });
  expect(body.errors).toBeUndefined();
  return answer.parse(body.data?.[field]);
};

const embed = async (input: readonly string[]): Promise<number[][]> => {
  const query = 'mutation ($input: EmbedInput!) { embed(input: $input) { data { embedding } } }';
  const Data = z.object({ data: z.array(z.object({ embedding: z.array(z.number()) })) });
  const { data } = await ask('embed', query, { input: { model: 'bert', input } }, Data);
  return data.map(({ embedding }) => embedding);
};

test('files are found by what they mean, with vectors that the graph makes', async () => {
  const Id = z.object({ id: z.string() });
  const { id: projectId } = await ask('createProject', 'mutation { createProject(name: "p") { id } }', {}, Id);
  for (const [path, content] of Object.entries({ a: 'hello world', b: 'the world', c: 'a b c d' })) {
    const write = 'mutation ($input: WriteFileInput!) { writeFile(input: $input) { path } }';
    await ask('writeFile', write, { input: { projectId, path, content } }, z.object({ path: z.string() }));
  }
  const parts = () =>
    ask(
      'partsToEmbed',
      'mutation ($id: ID!) { partsToEmbed(projectId: $id, model: "bert") { id path text } }',
      { id: projectId },
      z.array(z.object({ id: z.string(), path: z.string(), text: z.string() })),
    );
  const waiting = await parts();
  expect(waiting.map(({ path }) => path)).toEqual(['a', 'b', 'c']);
  const made = await embed(waiting.map(({ text }) => text));
  const vectors = waiting.map(({ id: part }, index) => ({ part, vector: made[index] }));
  const keep = 'mutation ($input: KeepVectorsInput!) { keepVectors(input: $input) }';
  expect(await ask('keepVectors', keep, { input: { projectId, model: 'bert', vectors } }, z.int())).toBe(3);
  expect(await parts()).toEqual([]);
  const [vector] = await embed(['the world']);
  const found = await ask(
    'similarParts',
    'query ($input: SimilarPartsInput!) { similarParts(input: $input, first: 2) { path line text similarity } }',
    { input: { projectId, model: 'bert', vector } },
    z.array(z.object({ path: z.string(), line: z.int(), text: z.string(), similarity: z.number() })),
  );
  expect(found).toHaveLength(2);
  expect(found[0]).toMatchObject({ path: 'b', line: 1, text: 'the world' });
  expect(found[0]?.similarity).toBeCloseTo(1, 4);
});

test.each([
  ['partsToEmbed(projectId: "x", model: "")', 'mutation'],
  ['partsToEmbed(projectId: "x", model: "m", first: 257) { id }', 'mutation'],
  ['keepVectors(input: { projectId: "x", model: "m", vectors: [] })', 'mutation'],
  ['keepVectors(input: { projectId: "x", model: "m", vectors: [{ part: "x", vector: [] }] })', 'mutation'],
  ['similarParts(input: { projectId: "x", model: "m", vector: [] }) { id }', 'query'],
  ['similarParts(input: { projectId: "x", model: "m", vector: [1] }, first: 101) { id }', 'query'],
])('%s is refused', async (field, kind) => {
  const selection = field.includes('""') ? `${field} { id }` : field;
  const { body } = await studio.graphql(`${kind} { ${selection} }`, { token });
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
});
