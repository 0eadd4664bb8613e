import { add, list, revoke } from './operator/keys.ts';
import { runOneOf } from './operator/tasks.ts';

export const run = runOneOf('key', {
  add: {
    usage:
      '<e-mail> --name <text> [--scopes <a,b>] [--models <a,b>] [--tokens <number>] [--rpm <number>] [--tpm <number>] [--expires <instant>]',
    task: add,
  },
  list: { usage: '<e-mail> [--json]', task: list },
  revoke: { usage: '<key id>', task: revoke },
});
