import { createHash, randomBytes } from 'node:crypto';
import { UniqueIntegrityConstraintViolationError } from 'slonik';
import { z } from 'zod';
import { originOf } from '#mesh/address.ts';
import type { OidcConfig } from '#mesh/config.ts';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import { seal, unseal } from '#mesh/sealed.ts';
import { recordAudit, recordFailedSignIn, type Actor } from './audit.ts';
import { Email, parseInput } from './input.ts';
import type { SessionMapper } from './mappers.ts';
import { admit } from './oidc-admission.ts';
import { createOidcProvider, newChecks, type Checks, type Identity } from './oidc-provider.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import { accountsById, findCredentials, findPasswordHash, insertAccount } from './store/accounts.ts';
import { grantTokens } from './store/billing.ts';
import { lockActiveAccount } from './store/password-resets.ts';
import {
  deleteOldestSignIns,
  findLinkedUser,
  insertIdentity,
  insertSignIn,
  isLinked,
  takeSignIn,
} from './store/oidc.ts';

/** How long somebody may take at the provider. */
const LIFETIME_SECONDS = 600;
/** Sign-ins under way, the oldest of which give way to new ones: of one network, and of all together. */
const OF_NETWORK = 50;
const OF_ALL = 10_000;

/** Where the provider sends people back to, below the public address. The gateway serves the studio there. */
const CALLBACK_PATH = '/sign-in/oidc';

const Completion = z.object({
  ticket: z.string().regex(/^[\w-]{43}$/, 'is not a ticket'),
  callbackUrl: z.url('must be the address that the provider came back to').max(8_192, 'is too long'),
});

export interface OidcSignIn {
  /** Begins a sign-in for one browser. Throws SERVICE_UNAVAILABLE. */
  begin(address: string | null): Promise<{ readonly url: string; readonly ticket: string }>;
  /**
   * Ends it, once, and opens a session.
   * Throws BAD_USER_INPUT, UNAUTHENTICATED for whoever is not let in, SERVICE_UNAVAILABLE, or CONFLICT when the same
   * person signs in for the first time twice at once.
   */
  complete(
    given: { readonly ticket: string; readonly callbackUrl: string },
    actor: Actor,
    context: { readonly client: Client; readonly log: Log },
  ): Promise<SessionMapper>;
}

const SUSPENDED = 'This account is suspended: ask an admin.';

const hashOf = (ticket: string): Buffer => createHash('sha256').update(ticket).digest();

/** False, and nothing happens, for an account that may not sign in: one that is erased meanwhile is linked to nobody. */
const linkIdentity = async (db: Queries, actor: Actor, identity: Identity, userId: string): Promise<boolean> => {
  const { issuer, subject } = identity;
  if (!(await lockActiveAccount(db, userId))) return false;
  await insertIdentity(db, { issuer, subject, userId });
  await recordAudit(db, actor, { action: 'oidc.linked', targetKind: 'user', targetId: userId, details: { issuer } });
  return true;
};

/** @param sealingKey the key of purpose `oidc-sign-ins` */
export const createOidcSignIn = ({
  db,
  settings,
  publicUrl,
  log: serviceLog,
  passwords,
  sessions,
  sealingKey,
}: {
  readonly db: Database;
  readonly settings: OidcConfig;
  /** Where browsers reach the studio. */
  readonly publicUrl: string;
  readonly log: Log;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly sealingKey: Buffer;
}): OidcSignIn => {
  const provider = createOidcProvider(settings, `${publicUrl}${CALLBACK_PATH}`, serviceLog);

  const refuse = async (actor: Actor, userId: string | null, reason: string, sentence: string): Promise<never> => {
    await recordFailedSignIn(db, actor, userId, `oidc: ${reason}`);
    throw new StudioError('UNAUTHENTICATED', sentence);
  };

  /** Makes an account that no password opens: nobody knows the one that is hashed here. */
  const createAccount = async (email: string, identity: Identity, actor: Actor): Promise<string> => {
    const passwordHash = await passwords.hash(randomBytes(32).toString('base64url'));
    const role = settings.defaultRole;
    return db.transaction(async (transaction) => {
      const { id } = await insertAccount(transaction, { email, passwordHash, role });
      await grantTokens(transaction, { userId: id, tokens: 0, reason: 'account made', by: null });
      const details = { role, tokens: 0, via: 'oidc' };
      await recordAudit(transaction, actor, { action: 'user.created', targetKind: 'user', targetId: id, details });
      await linkIdentity(transaction, actor, identity, id);
      return id;
    });
  };

  /** The account of somebody who has not come this way before. */
  const firstSignIn = async (identity: Identity, actor: Actor): Promise<string> => {
    const verified = Email.safeParse(await identity.verifiedEmail());
    const email = verified.success ? verified.data : null;
    const found = email === null ? null : await findCredentials(db, email);
    const account = found && { ...found, linked: await isLinked(db, found.id, identity.issuer) };
    const admission = admit({ email, account, createAccounts: settings.createAccounts });
    switch (admission.outcome) {
      case 'refused':
        return refuse(actor, account?.id ?? null, admission.reason, admission.sentence);
      case 'create':
        return createAccount(admission.email, identity, actor);
      case 'link': {
        const { userId } = admission;
        const linked = await db.transaction((transaction) => linkIdentity(transaction, actor, identity, userId));
        return linked ? userId : refuse(actor, userId, 'suspended account', SUSPENDED);
      }
    }
  };

  const accountOf = async (identity: Identity, actor: Actor): Promise<string> => {
    try {
      return (await findLinkedUser(db, identity)) ?? (await firstSignIn(identity, actor));
    } catch (error) {
      if (error instanceof UniqueIntegrityConstraintViolationError) {
        throw new StudioError('CONFLICT', 'You signed in twice at the same moment: sign in again.');
      }
      throw error;
    }
  };

  return {
    begin: async (from) => {
      const { network } = originOf(from ?? '');
      const ticket = randomBytes(32).toString('base64url');
      const ticketHash = hashOf(ticket);
      const checks = newChecks();
      const url = await provider.authorizationUrl(checks);
      const sealed = seal(sealingKey, ticketHash.toString('hex'), JSON.stringify(checks));
      await insertSignIn(db, { ticketHash, sealed, network, lifetimeSeconds: LIFETIME_SECONDS });
      await deleteOldestSignIns(db, network, { ofNetwork: OF_NETWORK, ofAll: OF_ALL });
      return { url, ticket };
    },

    complete: async (given, actor, { client, log }) => {
      const { ticket, callbackUrl } = parseInput(Completion, given);
      const ticketHash = hashOf(ticket);
      const sealed = await takeSignIn(db, ticketHash);
      if (!sealed) {
        throw new StudioError('UNAUTHENTICATED', 'This sign-in took too long, or was used already: begin again.');
      }
      // Sealed by us, so it has this shape.
      const checks = JSON.parse(unseal(sealingKey, ticketHash.toString('hex'), sealed)) as Checks;
      const identity = await provider.identify(checks, new URL(callbackUrl).searchParams, log);
      const userId = await accountOf(identity, actor);
      const [users, passwordHash] = await Promise.all([accountsById(db, [userId]), findPasswordHash(db, userId)]);
      const user = users.get(userId);
      if (!user || passwordHash === null || user.status !== 'ACTIVE') {
        return refuse(actor, userId, 'suspended account', SUSPENDED);
      }
      return sessions.open({ user, passwordHash }, actor, client, 'oidc');
    },
  };
};
