import { sql } from 'slonik';
import { z } from 'zod';
import type { Config } from '#mesh/config.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import { OPERATOR, recordAudit } from './audit.ts';
import { createPasswords, randomPassword } from './passwords.ts';
import { anyAccount, insertAccount } from './store/accounts.ts';
import { grantTokens } from './store/billing.ts';

const EMAIL = 'admin@devstudio.local';
const TOKENS = 1_000_000;
/** Any constant that no other advisory lock uses. */
const LOCK = 6_813_003;

export type FirstAdmin =
  | {
      readonly outcome: 'made';
      readonly email: string;
      /** To be shown once; null when the environment set it. */
      readonly password: string | null;
    }
  | { readonly outcome: 'present' };

/**
 * Makes the first admin of an empty database, with prepaid tokens; changes nothing where any account exists.
 * Of several starts at once, one makes it.
 */
export const ensureFirstAdmin = async (options: {
  /** Any address of the database. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
  readonly admin: Config['admin'];
}): Promise<FirstAdmin> => {
  const { databaseUrl, secret, log, admin } = options;
  const db = await openPool(serviceAddress(databaseUrl, 'users', secret), log, 1);
  try {
    return await db.transaction(async (transaction): Promise<FirstAdmin> => {
      await transaction.query(sql.type(z.object({}))`select from pg_advisory_xact_lock(${LOCK})`);
      if (await anyAccount(transaction)) return { outcome: 'present' };
      const email = admin.email ?? EMAIL;
      const password = admin.password ?? randomPassword();
      const passwordHash = await createPasswords(secret('password-pepper')).hash(password);
      const { id } = await insertAccount(transaction, { email, passwordHash, role: 'ADMIN' });
      await grantTokens(transaction, { userId: id, tokens: TOKENS, reason: 'first admin', by: null });
      const details = { role: 'ADMIN', tokens: TOKENS };
      await recordAudit(transaction, OPERATOR, { action: 'user.created', targetKind: 'user', targetId: id, details });
      log.info({ userId: id }, 'the first admin was made');
      return { outcome: 'made', email, password: admin.password === undefined ? password : null };
    });
  } finally {
    await db.end();
  }
};
