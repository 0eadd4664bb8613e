import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recordPath } from '#subgraphs/sandbox/engines/micro/image/record.ts';
import { hasMachines, isOnPath, providePackages } from './packages.ts';

interface Preparation {
  readonly root: string;
  /** DEVSTUDIO_HOME. */
  readonly home: string;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Builds the image in a process of its own, at the lowest priority. Answers what went wrong, null when all is well. */
const build = ({ root, home, signal }: Preparation): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn(
      'nice',
      ['-n', '19', process.execPath, join(root, 'bin/devstudio.mjs'), 'sandbox', 'build-image'],
      { env: { ...process.env, DEVSTUDIO_HOME: home }, stdio: ['ignore', 'ignore', 'pipe'], signal },
    );
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? null : (said.trim().split('\n').at(-1) ?? `exit code ${code}`)));
  });

const prepare = async (preparation: Preparation): Promise<void> => {
  const { say, signal } = preparation;
  say('Preparing virtual machines for the engine micro in the background; everything else is ready.');
  const unmet = await providePackages('machines', say);
  if (unmet.length > 0 || signal.aborted) return;
  const fault = await build(preparation);
  if (signal.aborted) return;
  say(fault === null ? 'The engine micro has its virtual machines now.' : `The engine micro has none: ${fault}`);
};

/**
 * Brings what the engine micro needs, once, while the studio runs already: the packages where it may install them, and
 * the image. Where it may not, or cannot, the engine's availability and `devstudio doctor` name what is missing.
 */
export const prepareMachines = (preparation: Preparation): void => {
  const { home, say } = preparation;
  const isDone = existsSync(recordPath(join(home, 'sandbox/micro')));
  if (isDone || !hasMachines || process.env['DEVSTUDIO_NO_APT'] === '1' || !isOnPath('apt-get')) return;
  prepare(preparation).catch((error: unknown) => say(`The engine micro has no machines: ${String(error)}`));
};
