import { CommandError, type Run } from '../command.ts';
import type { Task } from './accounts.ts';
import { onInstallation } from './installation.ts';

/** A task of the operator, and how it is called: the words and options after its name. */
export interface Described {
  readonly usage: string;
  readonly task: Task;
}

const isAskingForHelp = (word: string | undefined): boolean => word === '--help' || word === '-h';

/**
 * Runs the task that the first word after a command names; `--help` says how one task, or each, is called.
 * @param command the command's name: "user"
 */
export const runOneOf =
  (command: string, tasks: Readonly<Record<string, Described>>): Run =>
  async ({ root, args: [name = '', ...args] }) => {
    const found = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    const usageOf = (task: string, { usage }: Described): string => `devstudio ${command} ${task} ${usage}`.trimEnd();
    if (found && args.some(isAskingForHelp)) {
      console.log(`Usage: ${usageOf(name, found)}`);
      return 0;
    }
    if (isAskingForHelp(name)) {
      console.log(['Usage:', ...Object.entries(tasks).map(([task, known]) => `  ${usageOf(task, known)}`)].join('\n'));
      return 0;
    }
    if (!found) {
      throw new CommandError(
        `${command} knows: ${Object.keys(tasks).join(', ')}; see devstudio ${command} --help, or docs/guides/accounts.md.`,
        2,
      );
    }
    return onInstallation(root, found.task(args));
  };
