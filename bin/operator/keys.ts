import { createApiKey, revokeApiKey } from '#subgraphs/users/api-keys.ts';
import { OPERATOR } from '#subgraphs/users/audit.ts';
import { apiKeysByUser } from '#subgraphs/users/store/api-keys.ts';
import { readArguments } from '../arguments.ts';
import { accountOf } from './account.ts';
import type { Task } from './accounts.ts';
import { listOf, numberOrNull, wordOf } from './input.ts';
import { tableOf } from './table.ts';

const KEEPER = { actor: OPERATOR, caller: null };

export const add: Task = (args) => {
  const { values, words } = readArguments(
    args,
    {
      name: { type: 'string' },
      models: { type: 'string' },
      scopes: { type: 'string' },
      tokens: { type: 'string' },
      rpm: { type: 'string' },
      tpm: { type: 'string' },
      expires: { type: 'string' },
    },
    1,
  );
  const email = wordOf(words, 0, 'the e-mail address');
  const input = {
    name: wordOf(values.name === undefined ? [] : [values.name], 0, '--name'),
    models: listOf(values.models),
    scopes: listOf(values.scopes),
    tokenBudget: numberOrNull(values.tokens, '--tokens'),
    requestsPerMinute: numberOrNull(values.rpm, '--rpm'),
    tokensPerMinute: numberOrNull(values.tpm, '--tpm'),
    expiresAt: values.expires ?? null,
  };
  return async ({ users }) => {
    const { id: userId } = await accountOf(users, email);
    const { secret, apiKey } = await createApiKey(users, KEEPER, { ...input, userId });
    console.log(`Made the key ${apiKey.id} of ${email}.\nSecret: ${secret}\nIt is shown this once.`);
  };
};

export const list: Task = (args) => {
  const { values, words } = readArguments(args, { json: { type: 'boolean' } }, 1);
  const email = wordOf(words, 0, 'the e-mail address');
  return async ({ users }) => {
    const { id } = await accountOf(users, email);
    const keys = (await apiKeysByUser(users, [id])).get(id) ?? [];
    if (values.json) return console.log(JSON.stringify(keys, null, 2));
    const cells = keys.map((key) => [
      key.id,
      key.prefix,
      key.name,
      key.revokedAt === null ? (key.expiresAt ?? '') : 'revoked',
      key.lastUsedAt ?? '',
    ]);
    console.log(tableOf([['ID', 'PREFIX', 'NAME', 'UNTIL', 'LAST USED'], ...cells]));
  };
};

export const revoke: Task = (args) => {
  const id = wordOf(readArguments(args, {}, 1).words, 0, 'the id of the key');
  return async ({ users }) => {
    await revokeApiKey(users, KEEPER, id);
    console.log(`The key ${id} is revoked.`);
  };
};
