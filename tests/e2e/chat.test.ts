import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';
import { launchChromium } from './chromium.ts';
import { holdAnswers, visit } from './visitor.ts';

const QUESTION = 'Write a Python function that adds two numbers';

const themeOf = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-theme');

const PASSWORD = 'a password for tests';

const Created = z.object({ createUser: z.object({ id: z.string() }) });

/** Makes an account and answers its id. */
const createAccount = async (
  studio: TestStudio,
  input: { readonly email: string; readonly role?: 'VIEWER'; readonly tokens?: number },
): Promise<string> => {
  const { body } = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
    token: await studio.login(),
    variables: { input: { ...input, password: PASSWORD } },
  });
  return Created.parse(body.data).createUser.id;
};

describe('the studio in a browser', () => {
  let studio: TestStudio;
  let browser: Browser;
  let shots: string;

  beforeAll(async () => {
    [studio, browser, shots] = await Promise.all([
      startStudio(),
      launchChromium(),
      mkdtemp(join(tmpdir(), 'devstudio-shots-')),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await studio.stop();
    await rm(shots, { recursive: true });
  });

  test('signs in, asks, shows the answer as it is written, counts its tokens and keeps it', async () => {
    const { page, foreign, complaints, signIn, ask, leave } = await visit(browser, studio);
    await signIn();
    await page.getByText('Connected').waitFor();
    const release = await holdAnswers(page);
    await ask(QUESTION);
    const text = page.getByTestId('answer-text');
    await text.getByText(/\S/).first().waitFor();
    const beginning = await text.innerText();
    expect(await page.getByTestId('usage').count()).toBe(0);

    release();
    const usage = page.getByTestId('usage');
    await usage.waitFor();
    expect(await usage.textContent()).toMatch(/^\d+ in · \d+ out/);
    const answer = await text.innerText();
    expect(answer).toContain('def ');
    expect(answer.length).toBeGreaterThan(beginning.length);
    expect(answer.startsWith(beginning.trimEnd())).toBe(true);

    // The tokens of the line under the answer are the tokens that were spent.
    const [prompt = 0, completion = 0] = (await usage.textContent())?.match(/\d+/g)?.map(Number) ?? [];
    await page
      .getByTestId('budget')
      .getByText(`${prompt + completion} /`)
      .waitFor();

    await page.reload();
    await page.getByText('def ').waitFor();
    expect(await text.innerText()).toBe(answer);
    await page.getByRole('navigation').getByText(QUESTION).waitFor();

    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
    await leave();
  });

  test('says that a password is wrong, and keeps the e-mail', async () => {
    const { page, complaints, signIn, leave } = await visit(browser, studio);
    await signIn(studio.admin.email, 'not the password');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toContain('E-mail or password is not right.');
    expect(await page.getByLabel('E-mail').inputValue()).toBe(studio.admin.email);
    // The browser itself reports the 401 that the contract asks for; nothing else may complain.
    expect(complaints.filter((complaint) => !complaint.includes('401'))).toEqual([]);
    await leave();
  });

  test('leads back to the sign-in page, with a sentence, when the session has ended', async () => {
    const { page, signIn, leave } = await visit(browser, studio);
    await signIn();
    await page.getByText('Connected').waitFor();
    await studio.database.sql('update users.sessions set revoked_at = now(), reason = $1 where revoked_at is null', [
      'logout',
    ]);
    await page.reload();
    await page.getByText('Your session has ended.').waitFor();
    expect(await page.getByLabel('E-mail').isVisible()).toBe(true);
    await leave();
  });

  test('stops an answer at once, keeps what came, and shows nothing that comes later', async () => {
    const { page, complaints, signIn, ask, leave } = await visit(browser, studio);
    const release = await holdAnswers(page);
    await signIn();
    await ask(QUESTION);
    const text = page.getByTestId('answer-text');
    await text.getByText(/\S/).first().waitFor();
    const kept = await text.innerText();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('article').getByText('Stopped').waitFor();
    release();
    await ask('Who are you?');
    await page.getByTestId('usage').waitFor();
    expect(await text.first().innerText()).toBe(kept);
    await page.reload();
    await text.nth(1).waitFor();
    expect(await text.first().innerText()).toBe(kept);
    expect(complaints).toEqual([]);
    await leave();
  });

  test('says that the connection is lost, and comes back by itself', async () => {
    const { page, signIn, leave } = await visit(browser, studio);
    let open = true;
    let drop: (() => Promise<void>) | undefined;
    await page.routeWebSocket(/\/graphql$/, (socket) => {
      if (!open) void socket.close({ code: 1012 });
      else {
        socket.connectToServer();
        drop = () => socket.close({ code: 1012 });
      }
    });
    await signIn();
    await page.getByText('Connected').waitFor();
    open = false;
    await drop?.();
    await page.getByText('Connection lost').waitFor();
    open = true;
    await page.getByText('Connected').waitFor();
    expect(await page.getByText('Connection lost').count()).toBe(0);
    await leave();
  });

  test('shows a refused question with its mend and request id, and asks again', async () => {
    const id = await createAccount(studio, { email: 'poor@devstudio.test', tokens: 0 });
    const { page, signIn, ask, leave } = await visit(browser, studio);
    await signIn('poor@devstudio.test', PASSWORD);
    await ask(QUESTION);
    const alert = page.getByRole('alert');
    await alert.getByText('The token budget is used up.').waitFor();
    expect(await alert.innerText()).toMatch(/Ask an admin for more tokens\.\s+request \S+/);

    await studio.graphql('mutation ($id: ID!) { grantTokens(userId: $id, tokens: 1000) { id } }', {
      token: await studio.login(),
      variables: { id },
    });
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByTestId('usage').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await leave();
  });

  test('lets a viewer read and says why they cannot ask', async () => {
    await createAccount(studio, { email: 'viewer@devstudio.test', role: 'VIEWER' });
    const { page, complaints, signIn, leave } = await visit(browser, studio);
    await signIn('viewer@devstudio.test', PASSWORD);
    await page.getByText('Connected').waitFor();
    expect(await page.getByLabel('Message').isDisabled()).toBe(true);
    await page.getByText('Your role is Viewer').waitFor();
    expect(complaints).toEqual([]);
    await leave();
  });

  test('deletes a conversation, but asks before', async () => {
    await createAccount(studio, { email: 'tidy@devstudio.test', tokens: 1_000 });
    const { page, complaints, signIn, ask, leave } = await visit(browser, studio);
    await signIn('tidy@devstudio.test', PASSWORD);
    await ask('Who are you?');
    await page.getByTestId('usage').waitFor();
    const remove = page.getByRole('button', { name: 'Delete “Who are you?”' });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Your conversations will stand here.').waitFor();
    expect(await page.getByTestId('answer-text').count()).toBe(0);
    expect(complaints).toEqual([]);
    await leave();
  });

  test('takes the theme of the system until another is chosen, and keeps the choice', async () => {
    for (const [scheme, theme, other] of [
      ['dark', 'NeonCyberNight', 'SerialSteel'],
      ['light', 'SerialSteel', 'NeonCyberNight'],
    ] as const) {
      const { page, foreign, complaints, signIn, ask, leave } = await visit(browser, studio, scheme);
      expect(await themeOf(page)).toBe(theme);
      await signIn();
      await ask(QUESTION);
      await page.getByTestId('usage').waitFor();
      const shot = await page.screenshot({ path: join(shots, `${theme}.png`) });
      expect(shot.length).toBeGreaterThan(10_000);
      await page.getByRole('button', { name: /Switch to the (light|dark) theme/ }).click();
      expect(await themeOf(page)).toBe(other);
      await page.reload();
      expect(await themeOf(page)).toBe(other);
      expect([foreign, complaints]).toEqual([[], []]);
      await leave();
    }
  });

  test('can be used on a narrow screen and by keys alone', async () => {
    const { page, signIn, leave } = await visit(browser, studio);
    await page.setViewportSize({ width: 390, height: 844 });
    await signIn();
    await page.getByLabel('Message').focus();
    await page.keyboard.type(QUESTION);
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('in one line');
    await page.keyboard.press('Enter');
    await page.getByTestId('usage').waitFor();
    await page.getByRole('button', { name: 'Conversations' }).press('Enter');
    await page
      .getByRole('navigation', { name: 'Conversations' })
      .getByRole('button', { name: QUESTION })
      .first()
      .press('Enter');
    await page.getByTestId('answer-text').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    await leave();
  });
});
