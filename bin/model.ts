import { CommandError, type Run } from './command.ts';

export const run: Run = async ({ root, args }) => {
  const [task, ...rest] = args;
  if (task !== 'train-starter') throw new CommandError('model knows one task: devstudio model train-starter.', 2);
  const { trainStarter } = await import('#subgraphs/models/starter/train.ts');
  await trainStarter(root, rest);
  return 0;
};
