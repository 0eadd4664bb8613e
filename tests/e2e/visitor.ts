import type { Browser, Page } from 'playwright-core';
import type { TestStudio } from '#tests/harness/studio.ts';

/** A person at a browser of their own, and what went wrong there that they cannot see. */
export interface Visitor {
  readonly page: Page;
  /** Addresses of other hosts that were asked. */
  readonly foreign: readonly string[];
  /** What the console and the content security policy complained of. */
  readonly complaints: readonly string[];
  readonly signIn: (email?: string, password?: string) => Promise<void>;
  readonly ask: (question: string) => Promise<void>;
  readonly leave: () => Promise<void>;
}

/** Opens the studio in a new window. */
export const visit = async (
  browser: Browser,
  studio: TestStudio,
  colorScheme: 'dark' | 'light' = 'dark',
): Promise<Visitor> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme });
  const page = await context.newPage();
  const foreign: string[] = [];
  const complaints: string[] = [];
  const { host } = new URL(studio.url);
  const look = (address: string): void => {
    if (new URL(address).host !== host) foreign.push(address);
  };
  page.on('request', (request) => look(request.url()));
  page.on('websocket', (socket) => look(socket.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(studio.url);
  return {
    page,
    foreign,
    complaints,
    signIn: async (email = studio.admin.email, password = studio.admin.password) => {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password', { exact: true }).fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    },
    ask: async (question) => {
      await page.getByLabel('Message').fill(question);
      await page.getByLabel('Message').press('Enter');
    },
    leave: () => context.close(),
  };
};

/**
 * Lets the first two pieces of each answer through, of which the first may be no more than a fence, and holds back the rest, as a slow network would, until it is released.
 * @returns releases what was held back, and what comes
 */
export const holdAnswers = async (page: Page): Promise<() => void> => {
  const { promise: released, resolve } = Promise.withResolvers<undefined>();
  await page.routeWebSocket(/\/graphql$/, (socket) => {
    let pieces = 0;
    socket.connectToServer().onMessage((message) => {
      if (message.includes('"chat"')) pieces += 1;
      if (pieces > 2) void released.then(() => socket.send(message));
      else socket.send(message);
    });
  });
  return () => resolve(undefined);
};
