import { ConfigurationError } from '#mesh/config.ts';
import { CommandError } from './command.ts';
import { choose, COMMANDS } from './commands.ts';

/** What was typed comes back in messages: nothing of it may steer the terminal. */
const shown = (text: string): string =>
  text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}]/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);

const say = (line: string): void => void process.stderr.write(`devstudio: ${shown(line)}\n`);

/**
 * Runs the command that a command line means.
 * @param root the project's folder
 * @param startedAt when the program began, in milliseconds since the epoch
 * @returns the exit code: 0 done, 1 failed, 2 called wrongly
 */
export const main = async (
  root: string,
  argv: readonly string[],
  startedAt: number = performance.timeOrigin,
): Promise<number> => {
  const choice = choose(argv);
  if (choice.outcome === 'unknown') {
    say(`there is no command '${choice.name}'; see devstudio help.`);
    return 2;
  }
  try {
    const { run } = await COMMANDS[choice.command].load();
    return await run({ root, args: choice.args, startedAt });
  } catch (error) {
    if (error instanceof CommandError) {
      say(error.message);
      return error.exitCode;
    }
    if (error instanceof ConfigurationError) {
      say(error.message);
      return 1;
    }
    say(`unexpected failure: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
};
