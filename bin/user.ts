import { CommandError, type Run } from './command.ts';
import { activate, add, erase, grant, list, passwd, resetTotp, role, suspend, type Task } from './operator/accounts.ts';
import { exportData } from './operator/export.ts';
import { onInstallation } from './operator/installation.ts';

const TASKS: Readonly<Record<string, Task>> = {
  add,
  list,
  passwd,
  suspend,
  activate,
  role,
  grant,
  'reset-totp': resetTotp,
  export: exportData,
  erase,
};

export const run: Run = ({ root, args: [name = '', ...args] }) => {
  const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined;
  if (!task) {
    throw new CommandError(`user knows: ${Object.keys(TASKS).join(', ')}; docs/guides/accounts.md tells of each.`, 2);
  }
  return onInstallation(root, task(args));
};
