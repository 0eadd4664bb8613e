import { CommandError, type Run } from './command.ts';

export const run: Run = async ({ root, args }) => {
  const [task, ...rest] = args;
  if (task === 'train-starter') {
    const { trainStarter } = await import('#subgraphs/models/starter/train.ts');
    await trainStarter(root, rest);
  } else if (task === 'train-embedder') {
    const { trainEmbedder } = await import('#subgraphs/models/starter/embedding/train.ts');
    await trainEmbedder(root, rest);
  } else throw new CommandError('model knows two tasks: devstudio model train-starter|train-embedder.', 2);
  return 0;
};
