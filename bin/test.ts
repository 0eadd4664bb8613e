import { readArguments } from './arguments.ts';
import { checkGenerated } from './checks/generated.ts';
import { broken, summary, total, verdict, type Step, type StepResult } from './checks/step.ts';
import { runInTwo, runProject } from './checks/vitest.ts';
import { CommandError, type Run } from './command.ts';
import { providePackages } from './packages.ts';
import { buildStudio } from './studio-build.ts';
import { runTool, type Tool } from './tool.ts';

const SKIPPED: StepResult = { passed: 0, failed: 0, skipped: 1, report: '' };

/** The steps in the order in which a mistake shows soonest. */
const steps = (root: string, hasBrowser: boolean, signal: AbortSignal): readonly Step[] => {
  const tool = (name: string, program: Tool, args: readonly string[]): Step => ({
    name,
    run: async () => {
      const { passed, output } = await runTool(root, program, args, { signal });
      return verdict(passed, output);
    },
  });
  return [
    { name: 'generated files', run: () => checkGenerated(root) },
    tool('types', 'tsc', ['-p', '.']),
    tool('studio types', 'tsc', ['-p', 'studio']),
    tool('lint', 'oxlint', ['--deny-warnings']),
    tool('format', 'oxfmt', ['--check', '.']),
    tool('unused code', 'knip', ['--no-progress']),
    {
      name: 'studio build',
      run: async () => {
        await buildStudio(root, { onBuild: () => {}, signal });
        return verdict(true, '');
      },
    },
    { name: 'unit', run: () => runProject(root, 'unit', signal) },
    { name: 'integration', run: () => runInTwo(root, 'integration', signal) },
    { name: 'sandbox', run: () => runProject(root, 'sandbox', signal, { coverage: true }) },
    { name: 'alone', run: () => runProject(root, 'alone', signal) },
    { name: 'e2e', run: async () => (hasBrowser ? runProject(root, 'e2e', signal) : SKIPPED) },
  ];
};

/** Aborts at the first signal, so that a run which is ended early leaves no test server behind. */
const untilSignal = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort(signal));
  return controller.signal;
};

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
  const signal = untilSignal();
  for (const step of steps(root, hasBrowser, signal)) {
    const startedAt = performance.now();
    const result = await runStep(step);
    if (signal.aborted) throw new CommandError(`ended by ${String(signal.reason)} during ${step.name}.`);
    results.push(result);
    const word = result.failed > 0 ? 'FAILED' : result.skipped > 0 && result.passed === 0 ? 'skipped' : 'ok';
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`${word.padEnd(7)}  ${step.name.padEnd(16)}${summary([result]).padEnd(32)}${seconds.padStart(6)} s`);
    if (result.report !== '') console.log(`${result.report}\n`);
  }
  console.log(`\n${summary(results)}`);
  return total(results).failed > 0 ? 1 : 0;
};
