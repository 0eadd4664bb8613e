import { readArguments } from './arguments.ts';
import type { Run } from './command.ts';
import { runTool } from './tool.ts';

export const run: Run = async ({ root, args }) => {
  const { values } = readArguments(args, { check: { type: 'boolean' } });
  const { passed } = await runTool(root, 'oxfmt', values.check ? ['--check', '.'] : ['.'], { show: true });
  return passed ? 0 : 1;
};
