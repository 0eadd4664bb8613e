import { createOpenAICompatible, type OpenAICompatibleProvider } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateText, isStepCount, jsonSchema, Output, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOpenAiStudio, type OpenAiStudio } from './client.ts';

const PROMPT = 'Write a Python function that adds two numbers';

describe('the AI SDK on the whole studio', () => {
  let there: OpenAiStudio;
  let provider: OpenAICompatibleProvider;

  beforeAll(async () => {
    there = await startOpenAiStudio();
    provider = createOpenAICompatible({
      name: 'studio',
      baseURL: `${there.studio.url}/v1`,
      apiKey: there.apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
  });

  afterAll(() => there.studio.stop());

  test('generates a text, and streams the same with the same usage', async () => {
    const whole = await generateText({ model: provider('starter'), prompt: PROMPT, temperature: 0, seed: 1 });
    expect(whole.text).toContain('return a + b');
    expect(whole.finishReason).toBe('stop');
    const stream = streamText({ model: provider('starter'), prompt: PROMPT, temperature: 0 });
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

  test('has an object of a schema', async () => {
    const schema = jsonSchema<{ age: number }>({
      type: 'object',
      properties: { age: { type: 'integer', minimum: 0 } },
      required: ['age'],
      additionalProperties: false,
    });
    const { output } = await generateText({
      model: provider('endless'),
      prompt: PROMPT,
      maxOutputTokens: 400,
      output: Output.object({ schema }),
    });
    expect(output).toEqual({ age: expect.any(Number) });
  });

  test('calls a tool that it runs, and goes on with its result', async () => {
    let runs = 0;
    const f = tool({
      inputSchema: jsonSchema<Record<string, never>>({ type: 'object', properties: {} }),
      execute: () => {
        runs += 1;
        return 'done';
      },
    });
    const { steps } = await generateText({
      model: provider('caller'),
      prompt: 'Go on',
      temperature: 0,
      maxOutputTokens: 40,
      tools: { f },
      stopWhen: isStepCount(2),
    });
    expect(runs).toBe(2);
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'tool-calls']);
  });

  test('runs every call of one answer, streamed or not', async () => {
    let runs = 0;
    const f = tool({
      inputSchema: jsonSchema<Record<string, never>>({ type: 'object', properties: {} }),
      execute: () => (runs += 1),
    });
    const asked = {
      model: provider('callers'),
      prompt: 'Go on',
      temperature: 0,
      maxOutputTokens: 400,
      tools: { f },
      stopWhen: isStepCount(1),
    };
    const whole = await generateText(asked);
    expect(whole.toolCalls).toHaveLength(16);
    const streamed = await streamText(asked).toolCalls;
    expect(streamed.map(({ toolName }) => toolName)).toEqual(Array(16).fill('f'));
    expect(runs).toBe(32);
  });

  test('makes vectors of texts', async () => {
    const { embeddings, usage } = await embedMany({
      model: provider.embeddingModel('bert'),
      values: ['a cat', 'a dog'],
    });
    expect(embeddings).toHaveLength(2);
    expect(usage.tokens).toBeGreaterThan(0);
  });

  test('ends a stream that it aborts', async () => {
    const controller = new AbortController();
    const stream = streamText({
      model: provider('endless'),
      prompt: 'Go on',
      maxOutputTokens: 20_000,
      abortSignal: controller.signal,
    });
    for await (const _ of stream.textStream) controller.abort();
    await expect.poll(() => there.active(), { timeout: 2_000, interval: 20 }).toBe(0);
  });

  test('is told that there is no such model', async () => {
    const error = await generateText({ model: provider('nothing'), prompt: PROMPT, maxRetries: 0 }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode: 404, message: expect.stringContaining('nothing') });
  });
});
