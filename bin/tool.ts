import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Package = z.object({ bin: z.record(z.string(), z.string()) });

export type Tool = 'oxlint' | 'oxfmt' | 'knip' | 'tsc' | 'vite' | 'vitest';

/** What a tool's package is called, where it differs from the tool. */
const PACKAGES: Readonly<Partial<Record<Tool, string>>> = { tsc: 'typescript' };

export interface ToolResult {
  /** Whether it ended with exit code 0. */
  readonly passed: boolean;
  /** What it wrote, both streams in their order; empty when `show` was set. */
  readonly output: string;
}

export interface ToolOptions {
  /** Lets the tool write to the terminal instead of collecting what it says. */
  readonly show?: boolean;
  /** Ends the tool early. */
  readonly signal?: AbortSignal;
  /** After so many milliseconds the tool is ended, and has failed. */
  readonly limitMs?: number;
}

/** How much of a tool's output is kept: its end. */
const KEPT_CHARACTERS = 200_000;

/** A tool that was told to end has so long to do it. */
const END_LIMIT_MS = 5_000;

/** A tool leads a group of its own, so that what it started (test workers, a studio under test) ends with it. */
const endGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch (error) {
    // Nobody of the group is left.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/**
 * Runs a tool of the project's packages under this very Node, whatever `node` the PATH has.
 * @throws the reason of `signal` when it has aborted already; a tool that is ended later has failed
 */
export const runTool = async (
  root: string,
  tool: Tool,
  args: readonly string[],
  { show = false, signal, limitMs = 600_000 }: ToolOptions = {},
): Promise<ToolResult> => {
  const folder = join(root, 'node_modules', PACKAGES[tool] ?? tool);
  const { bin } = Package.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [join(folder, bin[tool] ?? ''), ...args], {
    cwd: root,
    detached: true,
    stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_CHARACTERS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);

  let force: NodeJS.Timeout | undefined;
  const end = (): void => {
    endGroup(child, 'SIGTERM');
    force ??= setTimeout(() => endGroup(child, 'SIGKILL'), END_LIMIT_MS);
  };
  const limit = setTimeout(() => {
    output += `${tool} was ended after ${limitMs / 1_000} s.\n`;
    end();
  }, limitMs);
  signal?.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => {
    const done = (passed: boolean): void => {
      clearTimeout(limit);
      clearTimeout(force);
      signal?.removeEventListener('abort', end);
      resolve({ passed, output });
    };
    child.once('error', (error) => {
      output += `${error.message}\n`;
      if (child.pid === undefined) done(false);
    });
    child.once('close', (code) => done(code === 0));
  });
};
