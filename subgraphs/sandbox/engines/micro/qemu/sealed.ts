import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'seal.pl');
const LIMIT_MS = 60_000;

/**
 * Copies a template's memory to where no machine can change it for those after it: QEMU opens the memory of a machine
 * for writing even where it keeps all changes to itself, so that whoever took QEMU over could write to the file.
 * @returns an open descriptor, which its receiver closes
 * @throws Error where the copy cannot be made
 */
export const sealedCopy = async (path: string): Promise<number> => {
  const template = openSync(path, 'r');
  const child = spawn('perl', [SCRIPT], {
    stdio: ['pipe', 'pipe', 'pipe', template],
    env: { PATH: process.env['PATH'] },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  closeSync(template);
  let said = '';
  let errors = '';
  const answered = Promise.withResolvers<void>();
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.endsWith('\n')) answered.resolve();
  });
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-500)));
  child.stdin?.on('error', () => {});
  const ended = once(child, 'close').catch((error: unknown) => void (errors = String(error)));
  await Promise.race([answered.promise, ended]);
  try {
    if (!/^\d+\n$/u.test(said)) throw new Error(`the template's memory cannot be sealed: ${errors.trim()}`);
    return openSync(`/proc/${String(child.pid)}/fd/${said.trim()}`, 'r+');
  } finally {
    child.stdin?.end();
    await ended;
  }
};
