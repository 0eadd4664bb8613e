import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'otplib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startIdentityProvider, type IdentityProvider } from '#tests/harness/identity-provider.ts';
import { freePort } from '#tests/harness/ports.ts';
import { startStudio, type TestStudio } from '#tests/harness/studio.ts';
import { launchChromium } from './chromium.ts';
import { visit } from './visitor.ts';

const PASSWORD = 'a password for tests';
const Created = z.object({ createUser: z.object({ id: z.string() }) });
const Linked = z.object({ createPasswordResetLink: z.object({ url: z.url() }) });
const Enrolled = z.object({ beginTotp: z.object({ secret: z.string() }) });

describe('the way into the studio', () => {
  let provider: IdentityProvider;
  let studio: TestStudio;
  let browser: Browser;
  let shots: string;

  beforeAll(async () => {
    const port = await freePort();
    provider = await startIdentityProvider(`http://127.0.0.1:${port}/sign-in/oidc`);
    [studio, browser, shots] = await Promise.all([
      startStudio({ env: { ...provider.env, GATEWAY_PORT: String(port) } }),
      launchChromium(),
      mkdtemp(join(tmpdir(), 'devstudio-shots-')),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await studio.stop();
    await provider.stop();
    await rm(shots, { recursive: true });
  });

  const account = async (name: string): Promise<{ readonly id: string; readonly email: string }> => {
    const email = `${name}@devstudio.test`;
    const { body } = await studio.graphql('mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }', {
      token: await studio.login(),
      variables: { input: { email, password: PASSWORD } },
    });
    return { id: Created.parse(body.data).createUser.id, email };
  };

  test('leads through an identity provider and back, and leaves nothing of it in the address', async () => {
    const { email } = await account('ada');
    provider.people.set('ada', { email, verified: true });
    const { page, complaints, leave } = await visit(browser, studio);
    await page.getByRole('button', { name: 'Sign in with Test Provider' }).click();
    await page.getByLabel('Name').fill('ada');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Connected').waitFor();
    expect(page.url()).toBe(`${studio.url}/`);
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual(['session']);
    await page.getByRole('button', { name: `Account: ${email}` }).waitFor();
    await page.goBack();
    await page.waitForLoadState();
    expect(page.url()).not.toContain('code=');
    expect(complaints).toEqual([]);
    await leave();
  });

  test('says why the provider’s answer opens nothing, and that an address of somebody else does not either', async () => {
    const { page, leave } = await visit(browser, studio);
    await page.getByRole('button', { name: 'Sign in with Test Provider' }).click();
    await page.getByLabel('Name').fill('nobody');
    await page.getByRole('button', { name: 'Continue' }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('Test Provider did not let you in.').waitFor();
    expect(await page.getByLabel('E-mail').isVisible()).toBe(true);
    await page.goto(`${studio.url}/sign-in/oidc?code=stolen&state=forged`);
    await alert.getByText('This sign-in was not begun here.').waitFor();
    expect(page.url()).toBe(`${studio.url}/`);
    await leave();
  });

  test('asks for a code where a second factor is on, by keys alone', async () => {
    const { email } = await account('careful');
    const token = await studio.login(email, PASSWORD);
    const begun = await studio.graphql('mutation ($password: String!) { beginTotp(password: $password) { secret } }', {
      token,
      variables: { password: PASSWORD },
    });
    const { secret } = Enrolled.parse(begun.body.data).beginTotp;
    const confirmed = await studio.graphql('mutation ($code: String!) { confirmTotp(code: $code) }', {
      token,
      variables: { code: await generate({ secret }) },
    });
    const [recovery = ''] = z.object({ confirmTotp: z.array(z.string()) }).parse(confirmed.body.data).confirmTotp;
    const { page, signIn, leave } = await visit(browser, studio);
    await signIn(email, PASSWORD);
    await page.getByText('One more step').waitFor();
    await page.keyboard.type('000000');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The code is wrong').waitFor();
    await page.getByLabel('Code').fill(recovery);
    await page.keyboard.press('Enter');
    await page.getByText('Connected').waitFor();
    await page.getByRole('button', { name: 'Account' }).click();
    expect(await page.getByText(email).first().isVisible()).toBe(true);
    await leave();
  });

  test('sets a new password by a link, and forgets the link', async () => {
    const { id, email } = await account('forgetful');
    const { body } = await studio.graphql('mutation ($id: ID!) { createPasswordResetLink(userId: $id) { url } }', {
      token: await studio.login(),
      variables: { id },
    });
    const { url } = Linked.parse(body.data).createPasswordResetLink;
    const { page, complaints, signIn, leave } = await visit(browser, studio);
    await page.goto(url);
    await page.getByText('Set a new password').waitFor();
    expect(page.url()).toBe(`${studio.url}/`);
    await page.getByLabel('New password').fill('another password');
    await page.keyboard.press('Enter');
    await page.getByText('Your new password is set.').waitFor();
    await page.getByRole('button', { name: 'Back to sign-in' }).click();
    await signIn(email, 'another password');
    await page.getByText('Connected').waitFor();
    expect(complaints).toEqual([]);
    await page.goto(url);
    await page.getByLabel('New password').fill('a third password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await leave();
  });

  test('looks right in both themes and on a narrow screen', async () => {
    for (const scheme of ['dark', 'light'] as const) {
      const { page, complaints, leave } = await visit(browser, studio, scheme);
      await page.getByRole('button', { name: 'Sign in with Test Provider' }).waitFor();
      await page.screenshot({ path: join(shots, `sign-in-${scheme}.png`) });
      await page.setViewportSize({ width: 360, height: 640 });
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await page.goto(`${studio.url}/#/reset?token=${'a'.repeat(43)}`);
      await page.getByLabel('New password').waitFor();
      await page.screenshot({ path: join(shots, `reset-${scheme}.png`) });
      expect(complaints).toEqual([]);
      await leave();
    }
  });
});
