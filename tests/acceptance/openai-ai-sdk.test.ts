import { createOpenAICompatible, type OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { APICallError, generateText, streamText } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';

describe('the AI SDK on the whole studio', () => {
  const prompt = 'Write a Python function that adds two numbers';
  let studio: TestStudio;
  let provider: OpenAICompatibleProvider;

  beforeAll(async () => {
    studio = await startStudio();
    provider = createOpenAICompatible({
      name: 'studio',
      baseURL: `${studio.url}/v1`,
      apiKey: await studio.login(),
      includeUsage: true,
    });
  });

  afterAll(() => studio.stop());

  test('generates a text, and streams the same with the same usage', async () => {
    const whole = await generateText({ model: provider('starter'), prompt, temperature: 0, seed: 1 });
    expect(whole.text).toContain('return a + b');
    expect(whole.finishReason).toBe('stop');
    const stream = streamText({ model: provider('starter'), prompt, temperature: 0 });
    let text = '';
    for await (const piece of stream.textStream) text += piece;
    expect(text).toBe(whole.text);
    const { inputTokens, outputTokens } = await stream.usage;
    expect({ inputTokens, outputTokens }).toEqual({
      inputTokens: whole.usage.inputTokens,
      outputTokens: whole.usage.outputTokens,
    });
    expect(inputTokens).toBeGreaterThan(0);
  });

  test('is told that there is no such model', async () => {
    const error = await generateText({ model: provider('nothing'), prompt, maxRetries: 0 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 404, message: expect.stringContaining('nothing') });
  });
});
