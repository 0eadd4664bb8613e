import { spawn } from 'node:child_process';

/** A program of the system that could not do its work. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

const LIMIT_MS = 600_000;
const MOST_OUTPUT = 16 * 1024 * 1024;

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a program to its end.
 * @returns what it wrote to standard output
 * @throws ProgramError with the last line of its errors
 */
export const runProgram = (command: string, args: readonly string[], options: ProgramOptions = {}): Promise<string> =>
  new Promise((done, fail) => {
    const child = spawn(command, args, {
      ...options,
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: LIMIT_MS,
    });
    const output: Buffer[] = [];
    let size = 0;
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_OUTPUT) child.kill('SIGKILL');
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4_000);
    });
    child.once('error', (error) => fail(new ProgramError(`${command}: ${error.message}`, { cause: error })));
    child.once('close', (code, signal) => {
      if (code === 0) return done(Buffer.concat(output).toString());
      const last = errors.trim().split('\n').at(-1) ?? '';
      return fail(new ProgramError(`${command} ended with ${signal ?? String(code)}: ${last}`));
    });
  });

/**
 * Runs a program whose output is the input of another.
 * @throws ProgramError of the one that failed
 */
export const pipePrograms = async (
  from: readonly [string, readonly string[]],
  into: readonly [string, readonly string[]],
): Promise<void> => {
  const source = spawn(from[0], from[1], { stdio: ['ignore', 'pipe', 'inherit'], timeout: LIMIT_MS });
  const sink = spawn(into[0], into[1], { stdio: [source.stdout, 'ignore', 'inherit'], timeout: LIMIT_MS });
  // Its end is the other's alone: were it open here too, neither would learn that the other has ended.
  source.stdout.destroy();
  const ended = (child: typeof source | typeof sink, command: string): Promise<void> =>
    new Promise((done, fail) => {
      child.once('error', (error) => fail(new ProgramError(`${command}: ${error.message}`, { cause: error })));
      child.once('close', (code) =>
        code === 0 ? done() : fail(new ProgramError(`${command} ended with ${String(code)}`)),
      );
    });
  await Promise.all([ended(source, from[0]), ended(sink, into[0])]);
};
