import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './arguments.ts';
import { checkGenerated } from './checks/generated.ts';
import { broken, summary, total, verdict, type Step, type StepResult } from './checks/step.ts';
import { runProject } from './checks/vitest.ts';
import { CommandError, type Run } from './commands.ts';
import { providePackages } from './packages.ts';
import { buildStudio } from './studio-build.ts';
import { runTool, type Tool } from './tool.ts';

const SKIPPED: StepResult = { passed: 0, failed: 0, skipped: 1, report: '' };

const tool = (root: string, name: string, program: Tool, args: readonly string[]): Step => ({
  name,
  run: async () => {
    const { passed, output } = await runTool(root, program, args);
    return verdict(passed, output);
  },
});

/** The steps in the order in which a mistake shows soonest. */
const steps = (root: string, hasBrowser: boolean): readonly Step[] => [
  { name: 'generated files', run: () => checkGenerated(root) },
  tool(root, 'types', 'tsc', ['-p', '.']),
  ...(existsSync(join(root, 'studio/tsconfig.json')) ? [tool(root, 'studio types', 'tsc', ['-p', 'studio'])] : []),
  tool(root, 'lint', 'oxlint', ['--deny-warnings']),
  tool(root, 'format', 'oxfmt', ['--check', '.']),
  tool(root, 'unused code', 'knip', ['--no-progress']),
  {
    name: 'studio build',
    run: async () => {
      await buildStudio(root, { onBuild: () => {} });
      return verdict(true, '');
    },
  },
  { name: 'unit', run: () => runProject(root, 'unit') },
  { name: 'integration', run: () => runProject(root, 'integration') },
  { name: 'e2e', run: async () => (hasBrowser ? runProject(root, 'e2e') : SKIPPED) },
];

const runStep = async (step: Step): Promise<StepResult> => {
  try {
    return await step.run();
  } catch (error) {
    if (error instanceof CommandError) return broken(error.message);
    return broken(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
};

/** Checks everything. A step that fails does not keep the others from running. Exit code 1 when anything failed. */
export const run: Run = async ({ root, args }) => {
  readArguments(args, {});
  const unmet = await providePackages('test', (line) => console.log(line));
  const hasBrowser = unmet.every((need) => need.package !== 'chromium');
  const results: StepResult[] = [];
  for (const step of steps(root, hasBrowser)) {
    const startedAt = performance.now();
    const result = await runStep(step);
    results.push(result);
    const word = result.failed > 0 ? 'FAILED' : result.skipped > 0 && result.passed === 0 ? 'skipped' : 'ok';
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${word.padEnd(7)}  ${step.name.padEnd(16)}${summary([result]).padEnd(32)}${seconds.padStart(6)} s`);
    if (result.report !== '') console.log(`${result.report}\n`);
  }
  console.log(`\n${summary(results)}`);
  return total(results).failed > 0 ? 1 : 0;
};
