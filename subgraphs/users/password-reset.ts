import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { originOf } from '#mesh/address.ts';
import type { Config } from '#mesh/config.ts';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { recordAudit, type Actor } from './audit.ts';
import { Email, isId, NewPassword, parseInput } from './input.ts';
import { createSendMail } from './mail.ts';
import type { Passwords } from './passwords.ts';
import { findCredentials } from './store/accounts.ts';
import {
  insertReset,
  lockActiveAccount,
  mailedResets,
  ownerOfReset,
  setPasswordHash,
  takeReset,
  voidResetsOf,
} from './store/password-resets.ts';
import { revokeSessionsOf } from './store/sessions.ts';
import { createWorkQueue } from './work-queue.ts';

const LIFETIME_SECONDS = 1_800;
/** Mails an hour to one account, whoever asks for them. */
const MAILS_PER_HOUR = 3;
/** Requests at work at once, and those that may wait; what comes above is dropped. */
const LANES = 2;
const PLACES = 200;

const Request = z.object({ email: z.string().max(254, 'must have at most 254 characters') });
const Reset = z.object({ token: z.string().max(128, 'is not valid'), password: NewPassword });

export interface PasswordResetLink {
  readonly url: string;
  readonly token: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

export interface PasswordReset {
  /** Mails a link if there is such an account, after the answer: how long that takes tells nothing. */
  request(email: string, actor: Actor, log: Log): void;
  /** A link for an active account. Throws NOT_FOUND. */
  link(userId: string, actor: Actor): Promise<PasswordResetLink>;
  /** Sets a new password and ends all sessions and links. Throws BAD_USER_INPUT, also for a link that is not in force. */
  reset(given: { readonly token: string; readonly password: string }, actor: Actor): Promise<void>;
  /** Waits for the mails that are under way; those that wait are not sent. */
  stop(): Promise<void>;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

const textOf = (url: string): string =>
  [
    'Somebody, probably you, asked for a new password for your account at CyberDevStudio.',
    'Set it here within 30 minutes; the link is good once:',
    url,
    'If it was not you, there is nothing to do: your password stays as it is.',
    '',
  ].join('\n\n');

export const createPasswordReset = ({
  db,
  passwords,
  config: { mail, publicUrl },
}: {
  readonly db: Database;
  readonly passwords: Passwords;
  readonly config: Pick<Config, 'mail' | 'publicUrl'>;
}): PasswordReset => {
  const send = mail && createSendMail(mail);
  const queue = createWorkQueue(LANES, PLACES);
  const underWay = new Set<Promise<void>>();
  let stopped = false;

  /** A new link, beside those that the user has. */
  const make = async (transaction: Queries, userId: string, mailed: boolean, actor: Actor) => {
    const token = randomBytes(32).toString('base64url');
    const hash = hashOf(token);
    const expiresAt = await insertReset(transaction, { userId, hash, mailed, lifetimeSeconds: LIFETIME_SECONDS });
    const event = { action: 'password.reset-requested', targetKind: 'user', targetId: userId, details: { mailed } };
    await recordAudit(transaction, actor, event);
    return { url: `${publicUrl}/#/reset?token=${token}`, token, expiresAt };
  };

  const mailLink = async (given: string, actor: Actor): Promise<void> => {
    if (!send || stopped || !Email.safeParse(given).success) return;
    const account = await findCredentials(db, given);
    if (account?.status !== 'ACTIVE') return;
    const link = await db.transaction(async (transaction) => {
      if (!(await lockActiveAccount(transaction, account.id))) return null;
      if ((await mailedResets(transaction, account.id)) >= MAILS_PER_HOUR) return null;
      return make(transaction, account.id, true, actor);
    });
    // To the address of the account, not to the one that was typed.
    if (link) await send({ to: account.email, subject: 'A new password for CyberDevStudio', text: textOf(link.url) });
  };

  return {
    request: (given, actor, log) => {
      const { email } = parseInput(Request, { email: given });
      if (!send) return;
      const work = queue(() => mailLink(email, actor), originOf(actor.address ?? '').network).catch((error: unknown) =>
        log.warn({ error }, 'a link that sets a new password was not mailed'),
      );
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },

    link: async (userId, actor) =>
      db.transaction(async (transaction) => {
        if (!isId(userId) || !(await lockActiveAccount(transaction, userId))) {
          throw new StudioError('NOT_FOUND', 'There is no such user who may sign in.', { argument: 'userId' });
        }
        return make(transaction, userId, false, actor);
      }),

    reset: async (given, actor) => {
      const { token, password } = parseInput(Reset, given);
      const refused = new StudioError('BAD_USER_INPUT', 'token is not in force: ask for a new link.', {
        argument: 'token',
      });
      const hash = hashOf(token);
      // Looked at first, so that a stranger's guess costs no password hash.
      const userId = await ownerOfReset(db, hash);
      if (userId === null) throw refused;
      const passwordHash = await passwords.hash(password);
      await db.transaction(async (transaction) => {
        // The account first, as whoever makes a link does.
        if (!(await lockActiveAccount(transaction, userId)) || !(await takeReset(transaction, hash))) throw refused;
        await voidResetsOf(transaction, userId);
        await setPasswordHash(transaction, userId, passwordHash);
        await revokeSessionsOf(transaction, userId, 'password changed');
        await recordAudit(transaction, actor, { action: 'password.reset', targetKind: 'user', targetId: userId });
      });
    },

    stop: async () => {
      stopped = true;
      await Promise.all(underWay);
    },
  };
};
