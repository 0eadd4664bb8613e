import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';
import { launchChromium } from './chromium.ts';
import { visit } from './visitor.ts';

const SUBSCRIPTION = `subscription {
  chat(input: { model: "starter", maxTokens: 4, messages: [{ role: USER, content: "Hello" }] }) { finishReason }
}`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe('in production mode', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await startStudio({ env: { DEVSTUDIO_MODE: 'production' } });
  });
  afterAll(() => studio.stop());

  test('the studio works, for it asks by the ids of its documents alone', async () => {
    const { page, complaints, foreign, signIn, ask, leave } = await visit(browser, studio);
    const texts: string[] = [];
    page.on('request', (request) => {
      const body = request.postData() ?? '';
      if (request.url().endsWith('/graphql') && !body.includes('"documentId":"sha256:')) texts.push(body);
    });
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        const frame = String(payload);
        if (frame.includes('"subscribe"') && !frame.includes('"sha256Hash"')) texts.push(frame);
      }),
    );
    await signIn();
    await page.getByText('Connected').waitFor();
    await ask('Write a Python function that adds two numbers');
    await page.getByTestId('usage').waitFor();
    await page.reload();
    await page.getByTestId('answer-text').getByText('def ').waitFor();
    expect(texts).toEqual([]);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await leave();
  });
});

describe('in development mode', () => {
  let studio: TestStudio;
  beforeAll(async () => {
    studio = await startStudio();
  });
  afterAll(() => studio.stop());

  test('GraphiQL knows the graph, asks and subscribes, with no other host and within its policy', async () => {
    const { page, complaints, foreign, leave } = await visit(browser, studio);
    const token = await studio.login();
    const introspection = page.waitForResponse(
      (response) => response.url().endsWith('/graphql') && (response.request().postData() ?? '').includes('__schema'),
    );
    await page.goto(`${studio.url}/graphiql?${new URLSearchParams({ query: SUBSCRIPTION })}`);
    expect((await introspection).status()).toBe(200);
    await page.getByRole('button', { name: 'Headers' }).click();
    await page
      .locator('.graphiql-editor-tool')
      .getByRole('textbox')
      .last()
      .fill(JSON.stringify({ authorization: `Bearer ${token}` }));
    await page.getByRole('button', { name: 'Execute query' }).click();
    await page.locator('.graphiql-response').getByText('finishReason').waitFor();
    // The workers of the editor are blobs of the page itself.
    expect(foreign.filter((address) => !address.startsWith(`blob:${studio.url}/`))).toEqual([]);
    expect(complaints).toEqual([]);
    await leave();
  });
});
