import { activate, add, erase, grant, list, passwd, resetTotp, role, suspend } from './operator/accounts.ts';
import { exportData } from './operator/export.ts';
import { runOneOf } from './operator/tasks.ts';

export const run = runOneOf('user', {
  add: { usage: '<e-mail> [--role ADMIN|DEVELOPER|VIEWER] [--tokens <number>] [--password-stdin]', task: add },
  list: { usage: '[--json]', task: list },
  passwd: { usage: '<e-mail> [--password-stdin]', task: passwd },
  suspend: { usage: '<e-mail>', task: suspend },
  activate: { usage: '<e-mail>', task: activate },
  role: { usage: '<e-mail> ADMIN|DEVELOPER|VIEWER', task: role },
  grant: { usage: '<e-mail> <tokens> [--reason <text>]', task: grant },
  'reset-totp': { usage: '<e-mail>', task: resetTotp },
  export: { usage: '<e-mail> [--out <file>]', task: exportData },
  erase: { usage: '<e-mail> --yes', task: erase },
});
