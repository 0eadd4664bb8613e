import { CommandError, type Run } from './command.ts';
import type { Task } from './operator/accounts.ts';
import { onInstallation } from './operator/installation.ts';
import { add, list, revoke } from './operator/keys.ts';

const TASKS: Readonly<Record<string, Task>> = { add, list, revoke };

export const run: Run = ({ root, args: [name = '', ...args] }) => {
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (!task) {
    throw new CommandError(`key knows: ${Object.keys(TASKS).join(', ')}; docs/guides/accounts.md tells of each.`, 2);
  }
  return onInstallation(root, task(args));
};
