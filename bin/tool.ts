import { spawn } from 'node:child_process';
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

/** Runs a tool of the project's packages under this very Node, whatever `node` the PATH has. */
export const runTool = async (
  root: string,
  tool: Tool,
  args: readonly string[],
  { show = false, signal, limitMs = 600_000 }: ToolOptions = {},
): Promise<ToolResult> => {
  const folder = join(root, 'node_modules', PACKAGES[tool] ?? tool);
  const { bin } = Package.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const limit = AbortSignal.timeout(limitMs);
  const child = spawn(process.execPath, [join(folder, bin[tool] ?? ''), ...args], {
    cwd: root,
    stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_CHARACTERS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  return new Promise((resolve) => {
    child.on('error', (error) => {
      output += limit.aborted ? `${tool} was ended after ${limitMs / 1_000} s.\n` : `${error.message}\n`;
    });
    child.on('close', (code) => resolve({ passed: code === 0, output }));
  });
};
