import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { runTool } from '../tool.ts';
import { broken, total, type StepResult } from './step.ts';

/** What vitest's JSON reporter writes, as far as it is read. */
const Results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});
export type VitestResults = z.infer<typeof Results>;

/** So much of one failure is shown: the message and the first frames. */
const SHOWN_LINES = 25;
const cut = (text: string): string =>
  text
    .split('\n')
    .slice(0, SHOWN_LINES)
    .map((line) => `    ${line}`)
    .join('\n');

/** Counts the tests and shows the failures. A file that could not be loaded is one failure. */
export const readResults = ({ testResults }: VitestResults, root: string): StepResult => {
  const failures: string[] = [];
  let passed = 0;
  let skipped = 0;
  for (const file of testResults) {
    const path = relative(root, file.name);
    for (const { fullName, status, failureMessages } of file.assertionResults) {
      if (status === 'passed') passed += 1;
      else if (status === 'failed') failures.push(`✗ ${path} › ${fullName}\n${cut(failureMessages?.join('\n') ?? '')}`);
      else skipped += 1;
    }
    const isExplained = file.assertionResults.some(({ status }) => status === 'failed');
    if (file.status === 'failed' && !isExplained) failures.push(`✗ ${path}\n${cut(file.message)}`);
  }
  return { passed, failed: failures.length, skipped, report: failures.join('\n') };
};

/** The whole check has 25 minutes; what hangs for longer than this would take the rest with it. */
const LIMIT_MS = 1_200_000;

interface ProjectOptions {
  /** Of how many equal parts the project's files are split into, which one runs: `1/2`. */
  readonly part?: string;
  /** Whether what `vitest.config.ts` names must be covered as far as it says there. */
  readonly coverage?: boolean;
}

/** Runs one of vitest's projects. */
export const runProject = async (
  root: string,
  project: string,
  signal: AbortSignal,
  { part = '1/1', coverage = false }: ProjectOptions = {},
): Promise<StepResult> => {
  const folder = await mkdtemp(join(tmpdir(), 'devstudio-vitest-'));
  const file = join(folder, 'results.json');
  try {
    const args = ['run', '--project', project, '--shard', part, '--reporter=json', `--outputFile=${file}`];
    if (coverage) args.push('--coverage');
    const { passed, output } = await runTool(root, 'vitest', args, { signal, limitMs: LIMIT_MS });
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return broken(output.slice(-4_000));
    const result = readResults(Results.parse(JSON.parse(text)), root);
    const { failed } = result;
    if (result.passed + failed + result.skipped === 0) {
      return broken(`no test of the project ${project} ran\n${output.slice(-4_000)}`);
    }
    // An error outside of any test, like one in a global set-up or one that nobody caught.
    if (!passed && failed === 0) return { ...result, failed: 1, report: output.slice(-4_000).trim() };
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/**
 * Runs a project's files in two parts beside each other, each with a PostgreSQL of its own: most of its tests wait for
 * processes to start and end, and would leave a second core idle.
 */
export const runInTwo = async (root: string, project: string, signal: AbortSignal): Promise<StepResult> => {
  const parts = await Promise.all(['1/2', '2/2'].map((part) => runProject(root, project, signal, { part })));
  const report = parts.map((part) => part.report).filter((text) => text !== '');
  return { ...total(parts), report: report.join('\n') };
};
