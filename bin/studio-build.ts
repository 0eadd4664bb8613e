import { createHash } from 'node:crypto';
import { globSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from './command.ts';
import { runTool } from './tool.ts';

/** What the built studio depends on: its sources, what they import, and the tools that build it. */
const SOURCES = ['studio/**', 'themes/**', 'codegen/generated/studio/**', 'package-lock.json'];
const NOT_SOURCES = ['studio/dist', 'studio/dist/**', '**/*.test.ts', '**/*.test.tsx'];

/** Lies in the built folder, so that a build that was cut short has none. */
const STAMP = 'studio/dist/.sources';

const hashOfSources = async (root: string): Promise<string> => {
  const hash = createHash('sha256');
  const files = globSync(SOURCES, { cwd: root, exclude: NOT_SOURCES })
    .filter((path) => statSync(join(root, path)).isFile())
    .toSorted();
  for (const path of files) {
    const content = await readFile(join(root, path));
    // With its length, so that no two lists of files read the same.
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
};

const builtFrom = async (root: string): Promise<string | undefined> => {
  try {
    await readFile(join(root, 'studio/dist/index.html'));
    return await readFile(join(root, STAMP), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

export interface StudioBuildOptions {
  /** Called when it turns out that there is something to build. */
  readonly onBuild: () => void;
  readonly signal?: AbortSignal;
}

/**
 * Builds the studio, unless it was built from exactly these sources.
 * @throws CommandError with what the builder said
 */
export const buildStudio = async (root: string, { onBuild, signal }: StudioBuildOptions): Promise<void> => {
  const sources = await hashOfSources(root);
  if ((await builtFrom(root)) === sources) return;
  onBuild();
  const { passed, output } = await runTool(
    root,
    'vite',
    ['build', '--config', 'studio/vite.config.ts', '--logLevel', 'warn'],
    signal ? { signal } : {},
  );
  signal?.throwIfAborted();
  if (!passed) throw new CommandError(`the studio could not be built:\n${output.trim()}`);
  await writeFile(join(root, STAMP), sources);
};
