import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { flawOfLine } from '#mesh/one-line.ts';
import { recordAudit, type Actor } from './audit.ts';
import { count, Instant, isId, parseInput } from './input.ts';
import { decideKeyScopes, refuseMaker, refuseRevoker } from './key-rights.ts';
import type { ApiKeyMapper } from './mappers.ts';
import {
  apiKeysById,
  countInForce,
  countMadeInADay,
  insertApiKey,
  isInForce,
  lockOwner,
  revokeKeys,
} from './store/api-keys.ts';
import { quotasOf, setQuota, type QuotaDefinition, type QuotaSubject } from './store/quotas.ts';
import { isStranger } from './strangers.ts';

/** Keys of one user that are in force at the same time. */
const MAX_KEYS = 50;
/** Keys made for one user in a day, revoked ones too: each is a row, and two of the audit log. */
const MAX_MADE_IN_A_DAY = 200;
/** Characters of all models of a key together. */
const MAX_MODELS_LENGTH = 4_096;
/** Characters of the secret that are kept to recognise it by; the rest still has over 200 random bits. */
const PREFIX_LENGTH = 12;

const line = (most: number) =>
  z
    .string()
    .max(most, `must have at most ${most} characters`)
    .refine((text) => flawOfLine(text) === null, 'must be one line of text');
const names = (most: number) =>
  z.array(line(100)).min(1, 'must not be empty').max(most, `must be at most ${most}`).nullish();
const Limit = count(1).nullish();

const Input = z.object({
  name: line(80),
  models: names(100)
    .refine(
      (models) => (models ?? []).join('').length <= MAX_MODELS_LENGTH,
      `must have at most ${MAX_MODELS_LENGTH} characters`,
    )
    .transform((models) => (models ? [...new Set(models)] : null)),
  scopes: names(50),
  tokenBudget: Limit,
  requestsPerMinute: Limit,
  tokensPerMinute: Limit,
  expiresAt: Instant.transform((at) => at.getTime())
    .refine((at) => at > Date.now(), 'must lie in the future')
    .nullish(),
});

export interface NewApiKeyInput {
  /** At most 80 characters. */
  readonly name: string;
  /** Whose key it is to be. */
  readonly userId: string;
  readonly models?: readonly string[] | null | undefined;
  readonly scopes?: readonly string[] | null | undefined;
  readonly tokenBudget?: number | null | undefined;
  readonly requestsPerMinute?: number | null | undefined;
  readonly tokensPerMinute?: number | null | undefined;
  /** ISO 8601. */
  readonly expiresAt?: string | null | undefined;
}

/** Who makes or revokes a key. */
export interface KeyKeeper {
  readonly actor: Actor;
  /** Null for the operator of the machine. */
  readonly caller: Caller | null;
}

/** The quotas that a key may be made with. */
const LIMITS = {
  tokenBudget: { unit: 'tokens', period: 'total' },
  requestsPerMinute: { unit: 'requests', period: 'minute' },
  tokensPerMinute: { unit: 'tokens', period: 'minute' },
} as const;
const LIMIT_NAMES = ['tokenBudget', 'requestsPerMinute', 'tokensPerMinute'] as const;

/** What a key may use of its own, in tokens and requests; null for no limit. */
export type KeyLimits = Readonly<Record<keyof typeof LIMITS, number | null>>;

/** Whether a quota of a key over every model is one of those that an ApiKey shows, as an Int. */
export const isKeyLimit = ({ unit, period }: Pick<QuotaDefinition, 'unit' | 'period'>): boolean =>
  LIMIT_NAMES.some((name) => LIMITS[name].unit === unit && LIMITS[name].period === period);

const subjectOf = (keyId: string): QuotaSubject => `key:${keyId}`;

/** The limits of keys over every model, by key. */
export const limitsByKey = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, KeyLimits>> => {
  const quotas = Map.groupBy(await quotasOf(db, ids.map(subjectOf)), ({ subject }) => subject);
  const limitOf = (id: string, name: keyof typeof LIMITS): number | null => {
    const { unit, period } = LIMITS[name];
    const quota = quotas
      .get(subjectOf(id))
      ?.find((one) => one.model === null && one.unit === unit && one.period === period);
    return quota ? Number(quota.limit) : null;
  };
  return new Map(
    ids.map((id) => [
      id,
      {
        tokenBudget: limitOf(id, 'tokenBudget'),
        requestsPerMinute: limitOf(id, 'requestsPerMinute'),
        tokensPerMinute: limitOf(id, 'tokensPerMinute'),
      },
    ]),
  );
};

/** Whether the credential is a key that something other than its scopes narrows. */
const isLimited = async (db: Queries, caller: Caller | null): Promise<boolean> => {
  if (caller?.credential.kind !== 'key') return false;
  const { id } = caller.credential;
  const key = (await apiKeysById(db, [id])).get(id);
  return !key || key.models !== null || key.expiresAt !== null || (await quotasOf(db, [subjectOf(id)])).length > 0;
};

/**
 * Makes a key. The secret is nowhere kept: it is known to whoever gets this answer.
 * @throws StudioError BAD_USER_INPUT, FORBIDDEN, UNAUTHENTICATED when the key that asks is revoked meanwhile, NOT_FOUND for
 *   no such user, or LIMIT_REACHED
 */
export const createApiKey = (
  db: Database,
  { actor, caller }: KeyKeeper,
  { userId, ...given }: NewApiKeyInput,
): Promise<{ readonly secret: string; readonly apiKey: ApiKeyMapper }> => {
  const { name, models, scopes, expiresAt = null, ...limits } = parseInput(Input, given);
  return db.transaction(async (transaction) => {
    const refusal = refuseMaker(caller, userId, await isLimited(transaction, caller));
    if (refusal) throw refusal;
    const owner = isId(userId) ? await lockOwner(transaction, userId) : null;
    if (!owner) throw new StudioError('NOT_FOUND', 'There is no such user.', { argument: 'userId' });
    if (owner.status !== 'ACTIVE') {
      throw new StudioError('BAD_USER_INPUT', 'userId is of a suspended user.', { argument: 'userId' });
    }
    if ((await countInForce(transaction, userId)) >= MAX_KEYS) {
      throw new StudioError('LIMIT_REACHED', `There are ${MAX_KEYS} keys in force already: revoke one first.`);
    }
    if ((await countMadeInADay(transaction, userId)) >= MAX_MADE_IN_A_DAY) {
      throw new StudioError(
        'LIMIT_REACHED',
        `${MAX_MADE_IN_A_DAY} keys were made for this user in a day: wait for tomorrow.`,
      );
    }
    // Under the lock of the owner, as revoking is: a key that is revoked meanwhile makes no other, or takes it along.
    const madeByKey = caller?.credential.kind === 'key' ? caller.credential.id : null;
    if (madeByKey !== null && !(await isInForce(transaction, madeByKey))) {
      throw new StudioError('UNAUTHENTICATED', 'The API key is not in force.');
    }
    const granted = decideKeyScopes(scopes ?? null, owner.role, caller);
    if (granted.outcome === 'refused') throw granted.error;
    const secret = `cds_${randomBytes(32).toString('base64url')}`;
    const apiKey = await insertApiKey(transaction, {
      userId,
      name,
      prefix: secret.slice(0, PREFIX_LENGTH),
      hash: createHash('sha256').update(secret).digest(),
      models,
      scopes: granted.scopes,
      createdBy: caller?.userId ?? null,
      madeByKey,
      expiresAt,
    });
    await recordAudit(transaction, actor, {
      action: 'key.created',
      targetKind: 'key',
      targetId: apiKey.id,
      // Not its name, which may be of a person, nor the models, of which there may be more than an event holds.
      details: {
        userId,
        scopes: apiKey.scopes,
        models: models?.length ?? null,
        expiresAt: apiKey.expiresAt,
        tokenBudget: limits.tokenBudget ?? null,
        requestsPerMinute: limits.requestsPerMinute ?? null,
        tokensPerMinute: limits.tokensPerMinute ?? null,
      },
    });
    // Last, for it keeps reservations waiting.
    for (const limit of LIMIT_NAMES) {
      const units = limits[limit] ?? null;
      if (units === null) continue;
      await setQuota(transaction, {
        subject: subjectOf(apiKey.id),
        model: null,
        ...LIMITS[limit],
        limit: units,
      });
    }
    return { secret, apiKey };
  });
};

/**
 * Takes a key out of force at once, and with it the keys that it has made; one that is revoked already stays as it is.
 * @throws StudioError NOT_FOUND, also for a key of somebody else, or FORBIDDEN to a key that may not
 */
export const revokeApiKey = (db: Database, { actor, caller }: KeyKeeper, id: string): Promise<ApiKeyMapper> =>
  db.transaction(async (transaction) => {
    const key = isId(id) ? (await apiKeysById(transaction, [id])).get(id) : undefined;
    if (!key || (caller !== null && isStranger(caller, key.userId))) {
      throw new StudioError('NOT_FOUND', 'There is no such API key, or it is not yours.', { argument: 'id' });
    }
    const refusal = refuseRevoker(caller, id);
    if (refusal) throw refusal;
    await lockOwner(transaction, key.userId);
    const revoked = await revokeKeys(transaction, id);
    for (const one of revoked) {
      await recordAudit(transaction, actor, {
        action: 'key.revoked',
        targetKind: 'key',
        targetId: one.id,
        details: { userId: one.userId, ...(one.id === id ? {} : { revokedWith: id }) },
      });
    }
    return revoked.find((one) => one.id === id) ?? (await apiKeysById(transaction, [id])).get(id) ?? key;
  });
