import type { Database } from '#mesh/database/pool.ts';
import type { UserMapper } from '#subgraphs/users/mappers.ts';
import { findCredentials } from '#subgraphs/users/store/accounts.ts';
import { CommandError } from '../command.ts';

/**
 * The account of an e-mail address.
 * @throws CommandError when there is none
 */
export const accountOf = async (users: Database, email: string): Promise<UserMapper> => {
  const found = await findCredentials(users, email);
  if (!found) throw new CommandError(`There is no account '${email}'; see devstudio user list.`);
  const { passwordHash: _, ...user } = found;
  return user;
};
