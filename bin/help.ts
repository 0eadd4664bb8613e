import { type Run } from './command.ts';
import { COMMANDS } from './commands.ts';

export const run: Run = async () => {
  const commands = Object.values(COMMANDS);
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  const lines = commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${summary}`);
  console.log(
    `CyberDevStudio, a self-hosted AI development studio.\n\nUsage: devstudio <command>\n\n${lines.join('\n')}`,
  );
  return 0;
};
