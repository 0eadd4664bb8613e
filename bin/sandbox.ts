import { join } from 'node:path';
import { readConfig } from '#mesh/config.ts';
import { buildImage } from '#subgraphs/sandbox/engines/micro/image/build.ts';
import { ProgramError } from '#subgraphs/sandbox/engines/micro/image/program.ts';
import { readArguments } from './arguments.ts';
import { CommandError, type Run } from './command.ts';
import { prepareHome } from './home.ts';

/** Prepares what the sandbox's engines need beside the system's packages. */
export const run: Run = async ({ root, args }) => {
  const { words } = readArguments(args, {}, 1);
  if (words[0] !== 'build-image') {
    throw new CommandError('sandbox knows one task: devstudio sandbox build-image.', 2);
  }
  const home = await prepareHome(readConfig(process.env, root).home);
  try {
    const { image, kept } = await buildImage(join(home, 'sandbox/micro'), (line) => console.log(line));
    const about = `Linux ${image.kernel}, Node ${image.node}, ${image.packages.length} packages`;
    console.log(`${kept ? 'The image is there already' : 'Built the image'}: ${about}; ${image.key.slice(0, 16)}.`);
    return 0;
  } catch (error) {
    if (error instanceof ProgramError) throw new CommandError(`${error.message}.`);
    throw error;
  }
};
