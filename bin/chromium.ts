import { existsSync } from 'node:fs';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser that the tests drive: CHROMIUM_PATH, or one at a usual place. */
export const findChromium = (env: NodeJS.ProcessEnv = process.env): string | undefined => {
  const given = env['CHROMIUM_PATH'];
  return (given ? [given] : USUAL_PLACES).find((path) => existsSync(path));
};
