import { OPERATOR } from '#subgraphs/users/audit.ts';
import { createAccounts } from '#subgraphs/users/accounts.ts';
import { eraseUser } from '#subgraphs/users/erasure.ts';
import { setPassword } from '#subgraphs/users/password-change.ts';
import { createPasswords, type Passwords } from '#subgraphs/users/passwords.ts';
import { resetSecondFactor } from '#subgraphs/users/second-factor.ts';
import { changeStanding, type StandingChange } from '#subgraphs/users/standing.ts';
import { anyAccount, listAccounts } from '#subgraphs/users/store/accounts.ts';
import { balancesByUser } from '#subgraphs/users/store/billing.ts';
import { readArguments } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { accountOf } from './account.ts';
import { numberOf, passwordFor, roleOf, wordOf } from './input.ts';
import type { Installation } from './installation.ts';
import { tableOf } from './table.ts';

/** Reads the arguments of a task, and answers what it does with an installation. */
export type Task = (args: readonly string[]) => (installation: Installation) => Promise<void>;

const EMAIL = 'the e-mail address';

const passwordsOf = ({ secret }: Installation): Passwords => createPasswords(secret('password-pepper'));

const showPassword = ({ password, made }: { readonly password: string; readonly made: boolean }): void => {
  if (made) console.log(`Password: ${password}\nIt is shown this once.`);
};

export const add: Task = (args) => {
  const { values, words } = readArguments(
    args,
    { role: { type: 'string' }, tokens: { type: 'string' }, 'password-stdin': { type: 'boolean' } },
    1,
  );
  const email = wordOf(words, 0, EMAIL);
  const role = roleOf(values.role ?? 'DEVELOPER');
  const tokens = numberOf(values.tokens ?? '0', '--tokens');
  return async (installation) => {
    const { users } = installation;
    // Any account at all keeps the next start from making the first admin.
    if (role !== 'ADMIN' && !(await anyAccount(users))) {
      throw new CommandError('There is no account yet: make an admin first, with --role ADMIN.');
    }
    const chosen = await passwordFor(values['password-stdin']);
    const made = await createAccounts(users, passwordsOf(installation)).create(
      { email, password: chosen.password, role, tokens },
      OPERATOR,
    );
    console.log(`Made ${made.email} (${made.role}) with ${tokens} tokens.`);
    showPassword(chosen);
  };
};

export const list: Task = (args) => {
  const { values } = readArguments(args, { json: { type: 'boolean' } });
  return async ({ users }) => {
    const accounts = await listAccounts(users);
    const balances = await balancesByUser(
      users,
      accounts.map(({ id }) => id),
    );
    const rows = accounts.map((account) => {
      const { granted = 0, reserved = 0, spent = 0 } = balances.get(account.id) ?? {};
      return { ...account, tokens: granted - reserved - spent };
    });
    if (values.json) return console.log(JSON.stringify(rows, null, 2));
    const cells = rows.map(({ email, role, status, tokens, createdAt, id }) => [
      email,
      role,
      status,
      String(tokens),
      createdAt.slice(0, 10),
      id,
    ]);
    console.log(tableOf([['E-MAIL', 'ROLE', 'STATUS', 'TOKENS', 'SINCE', 'ID'], ...cells]));
  };
};

export const passwd: Task = (args) => {
  const { values, words } = readArguments(args, { 'password-stdin': { type: 'boolean' } }, 1);
  const email = wordOf(words, 0, EMAIL);
  return async (installation) => {
    const { id: userId } = await accountOf(installation.users, email);
    const chosen = await passwordFor(values['password-stdin']);
    const change = { userId, password: chosen.password };
    await setPassword(installation.users, passwordsOf(installation), change, OPERATOR);
    console.log(`${email} has another password, and every session has ended.`);
    showPassword(chosen);
  };
};

const changing =
  (email: string, change: StandingChange, said: string) =>
  async ({ users }: Installation): Promise<void> => {
    const { id } = await accountOf(users, email);
    await changeStanding(users, id, change, OPERATOR);
    console.log(`${email} ${said}.`);
  };

export const suspend: Task = (args) =>
  changing(wordOf(readArguments(args, {}, 1).words, 0, EMAIL), { status: 'SUSPENDED' }, 'is suspended');

export const activate: Task = (args) =>
  changing(wordOf(readArguments(args, {}, 1).words, 0, EMAIL), { status: 'ACTIVE' }, 'may sign in');

export const role: Task = (args) => {
  const { words } = readArguments(args, {}, 2);
  const next = roleOf(wordOf(words, 1, 'the role'));
  return changing(wordOf(words, 0, EMAIL), { role: next }, `is ${next}`);
};

export const grant: Task = (args) => {
  const { values, words } = readArguments(args, { reason: { type: 'string' } }, 2);
  const email = wordOf(words, 0, EMAIL);
  const tokens = numberOf(wordOf(words, 1, 'the number of tokens'), 'the number of tokens');
  return async (installation) => {
    const { users } = installation;
    const { id: userId } = await accountOf(users, email);
    const accounts = createAccounts(users, passwordsOf(installation));
    await accounts.grant({ userId, tokens, reason: values.reason ?? null }, OPERATOR);
    console.log(`${email} has ${tokens} tokens more.`);
  };
};

export const resetTotp: Task = (args) => {
  const email = wordOf(readArguments(args, {}, 1).words, 0, EMAIL);
  return async ({ users }) => {
    const { id } = await accountOf(users, email);
    await resetSecondFactor(users, id, OPERATOR);
    console.log(`${email} signs in without a second factor, and every session has ended.`);
  };
};

export const erase: Task = (args) => {
  const { values, words } = readArguments(args, { yes: { type: 'boolean' } }, 1);
  const email = wordOf(words, 0, EMAIL);
  if (!values.yes) throw new CommandError(`this erases ${email} for good; repeat it with --yes.`, 2);
  return async ({ users }) => {
    const { id } = await accountOf(users, email);
    const { pending } = await eraseUser(users, { id, email }, OPERATOR);
    console.log(`The account is erased; its ledger stays under ${id}.`);
    if (pending.length > 0) console.log(`While the studio runs, these erase their part: ${pending.join(', ')}.`);
  };
};
