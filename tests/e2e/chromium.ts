import { chromium, type Browser } from 'playwright-core';
import { findChromium } from '#bin/chromium.ts';

/** Starts a browser that asks nothing of any network by itself. */
export const launchChromium = (): Promise<Browser> => {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('No Chromium: install it, or set CHROMIUM_PATH to where it is.');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
};
