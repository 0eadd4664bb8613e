import { readArguments } from './arguments.ts';
import type { Run } from './command.ts';

export const run: Run = async ({ root, args }) => {
  readArguments(args, {});
  const { generateAll } = await import('../codegen/generate.ts');
  await generateAll(root);
  return 0;
};
