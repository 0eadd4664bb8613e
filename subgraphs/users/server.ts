import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import type { Resolvers } from '#codegen/users.ts';
import type { Config } from '#mesh/config.ts';
import { openPool, serviceAddress } from '#mesh/database/pool.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startRounds } from '#mesh/rounds.ts';
import { createSubgraph } from '#mesh/subgraph.ts';
import { openAccessTokens } from './access-tokens.ts';
import { createAccounts } from './accounts.ts';
import { createAuditFeed } from './audit-feed.ts';
import { createDevices } from './devices.ts';
import { startTraining } from './forecast.ts';
import { createHeavyReads } from './heavy-reads.ts';
import { startHousekeeping } from './housekeeping.ts';
import { createOidcSignIn } from './oidc.ts';
import { createPasswordReset } from './password-reset.ts';
import { createPasswords } from './passwords.ts';
import { apiKeyResolvers } from './resolvers/api-keys.ts';
import { auditResolvers } from './resolvers/audit.ts';
import { erasureResolvers } from './resolvers/erasure.ts';
import { forecastResolvers } from './resolvers/forecast.ts';
import { ledgerResolvers } from './resolvers/ledger.ts';
import { oidcMutations } from './resolvers/oidc.ts';
import { passwordResetMutations } from './resolvers/password-reset.ts';
import { secondFactorResolvers } from './resolvers/second-factor.ts';
import { quotaResolvers } from './resolvers/quotas.ts';
import { sessionMutations } from './resolvers/session.ts';
import { sessionResolvers } from './resolvers/sessions.ts';
import { signingKeyResolvers } from './resolvers/signing-keys.ts';
import { usageResolvers } from './resolvers/usage.ts';
import { signInOptions } from './resolvers/sign-in-options.ts';
import { userResolvers } from './resolvers/user.ts';
import { verificationQueries } from './resolvers/verification.ts';
import { createSecondFactor } from './second-factor.ts';
import { createSessions } from './sessions.ts';
import { keepSigningKeys } from './signing-keys.ts';
import { createSignInFailures } from './sign-in-failures.ts';

/** What changes the signing keys is a matter of minutes. */
const KEYS_PAUSE_MS = 5_000;

export interface UsersOptions {
  readonly config: Config;
  /** Any address of the database; the service connects with its own role. */
  readonly databaseUrl: string;
  readonly secret: Secret;
  readonly log: Log;
  /** bcrypt's cost; lower in tests alone. */
  readonly passwordCost?: number;
}

/**
 * Starts the service of accounts, sessions and prepaid tokens.
 * @throws ConfigurationError when the database belongs to another secret
 */
export const startUsers = async ({
  config,
  databaseUrl,
  secret,
  log,
  passwordCost,
}: UsersOptions): Promise<Subgraph> => {
  const db = await openPool(serviceAddress(databaseUrl, 'users', secret), log);
  try {
    const accessTokens = await openAccessTokens(db, secret('signing-keys'));
    const passwords = createPasswords(secret('password-pepper'), passwordCost);
    const accounts = createAccounts(db, passwords);
    const secondFactor = createSecondFactor({ db, passwords, sealingKey: secret('totp') });
    const passwordReset = createPasswordReset({ db, passwords, config });
    const sessions = createSessions(db, accessTokens, secret('refresh-tokens'));
    const devices = createDevices(db, secret('device-tokens'));
    const failures = createSignInFailures(db, secret('sign-in-failures'), devices);
    const oidc =
      config.oidc &&
      createOidcSignIn({
        db,
        settings: config.oidc,
        publicUrl: config.publicUrl,
        log,
        passwords,
        sessions,
        sealingKey: secret('oidc-sign-ins'),
      });
    const { Query, Mutation, User } = userResolvers(db, accounts);
    const ofSessions = sessionResolvers(db);
    const feed = createAuditFeed(db, log);
    const ofAudit = auditResolvers(db, feed);
    const ofSecondFactor = secondFactorResolvers(db, secondFactor, failures);
    const ofSigningKeys = signingKeyResolvers(db, secret('signing-keys'));
    const heavily = createHeavyReads();
    const ofErasure = erasureResolvers(db, heavily);
    const ofKeys = apiKeyResolvers(db);
    const ofUsage = usageResolvers(db);
    const ofLedger = ledgerResolvers(db, heavily);
    const ofForecasts = forecastResolvers(db);
    const ofQuotas = quotaResolvers(db);
    const resolvers: Resolvers = {
      Query: {
        ...Query,
        ...ofQuotas.Query,
        ...verificationQueries(db),
        ...signInOptions({ passwordResetByMail: config.mail !== undefined, oidcProvider: config.oidc?.name ?? null }),
        ...ofSigningKeys.Query,
        ...ofUsage.Query,
        ...ofLedger.Query,
        ...ofForecasts.Query,
        ...ofAudit.Query,
      },
      Mutation: {
        ...Mutation,
        ...ofQuotas.Mutation,
        ...sessionMutations({ db, passwords, accounts, secondFactor, sessions, devices, failures }),
        ...ofSecondFactor.Mutation,
        ...oidcMutations(oidc),
        ...ofKeys.Mutation,
        ...ofSessions.Mutation,
        ...passwordResetMutations(passwordReset),
        ...ofSigningKeys.Mutation,
        ...ofErasure.Mutation,
        ...ofAudit.Mutation,
      },
      Subscription: ofAudit.Subscription,
      ApiKey: { ...ofKeys.ApiKey, ...ofUsage.ApiKey },
      User: {
        ...User,
        ...ofQuotas.User,
        ...ofSessions.User,
        ...ofSecondFactor.User,
        ...ofKeys.User,
        ...ofErasure.User,
        ...ofUsage.User,
        ...ofLedger.User,
        ...ofForecasts.User,
      },
    };
    const subgraph = createSubgraph({
      name: 'users',
      sdl: join(import.meta.dirname, '../../schemas/users.graphql'),
      resolvers,
      secret,
      log,
      readiness: async () => {
        try {
          await db.query(sql.type(z.object({}))`select`);
          return { ready: true };
        } catch {
          return { ready: false, missing: [{ what: 'database', mend: 'start PostgreSQL or correct DATABASE_URL' }] };
        }
      },
      stop: async () => {
        await housekeeping.stop();
        await keyKeeping.stop();
        await passwordReset.stop();
        await training.stop();
        await feed.stop();
        await db.end();
      },
    });
    const housekeeping = startHousekeeping(db, log);
    const keyKeeping = startRounds('the rotation of signing keys', () => keepSigningKeys(db, secret('signing-keys')), {
      log,
      pauseMs: KEYS_PAUSE_MS,
    });
    const training = startTraining(db, log);
    return subgraph;
  } catch (error) {
    await db.end();
    throw error;
  }
};
