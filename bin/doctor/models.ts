import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ok, reduced, type Finding } from './finding.ts';

/** Loads the native library, in a process of its own since one that does not fit the host aborts. */
export const checkModels = async (): Promise<Finding> => {
  try {
    const program = join(import.meta.dirname, 'load-llama.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
    return ok('Models', `node-llama-cpp computes ${stdout.trim()}`);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    return reduced(
      'Models',
      `node-llama-cpp does not load (${said.split('\n')[0]})`,
      'it needs glibc 2.28 or newer on Linux; if that is there, delete node_modules and start again',
    );
  }
};
