import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import { recordAudit, type Actor } from './audit.ts';
import { isKeyLimit } from './api-keys.ts';
import { isId, ModelName, MOST_INT, parseInput, WholeNumber } from './input.ts';
import {
  isUnknownSubject,
  quotaPage,
  quotasOf,
  removeQuota,
  setQuota,
  type Quota,
  type QuotaDefinition,
  type QuotaSubject,
} from './store/quotas.ts';

/** Of one subject, the prepaid balance among them: a chat looks at those of its model alone. */
const MAX_QUOTAS = 200;

const Page = z.object({
  first: z.int().min(1, 'must be 1 or more').max(500, 'must be 500 or less'),
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'is not the id of a quota')
    .transform(BigInt)
    .nullish()
    .transform((id) => id ?? 0n),
});

const Definition = z.object({ model: ModelName.nullable(), limit: WholeNumber });

/** Whose limits; `id` is a user's or a key's. */
export interface SubjectInput {
  readonly kind: 'USER' | 'API_KEY' | 'INSTALLATION';
  readonly id?: string | null;
}

const unknownSubject = (): StudioError =>
  new StudioError('NOT_FOUND', 'There is no such user or key.', { argument: 'subject' });

/** @throws StudioError BAD_USER_INPUT, or NOT_FOUND for an id that is none */
const subjectOf = ({ kind, id = null }: SubjectInput): QuotaSubject => {
  if (kind === 'INSTALLATION') {
    if (id === null) return 'installation';
    throw new StudioError('BAD_USER_INPUT', 'subject has an id, which the installation has not.', {
      argument: 'subject',
    });
  }
  if (id === null || !isId(id)) throw unknownSubject();
  return kind === 'USER' ? `user:${id.toLowerCase()}` : `key:${id.toLowerCase()}`;
};

/** The parts of a subject. */
export const partsOf = (
  subject: QuotaSubject,
): { readonly kind: 'user' | 'key' | 'installation'; readonly id: string | null } => {
  if (subject === 'installation') return { kind: subject, id: null };
  return subject.startsWith('user:') ? { kind: 'user', id: subject.slice(5) } : { kind: 'key', id: subject.slice(4) };
};

const auditOf = ({ id, subject, model, unit, period, limit }: Quota) => {
  const { kind, id: targetId } = partsOf(subject);
  return {
    targetKind: kind,
    ...(targetId === null ? {} : { targetId }),
    details: { quota: String(id), model, unit, period, limit: String(limit) },
  };
};

/** A balance is a quota as well, but its ledger is what changes it. */
const isPrepaid = ({ subject, model, unit, period }: Omit<QuotaDefinition, 'limit'>): boolean =>
  subject.startsWith('user:') && model === null && unit === 'tokens' && period === 'total';

/** Shown as an Int as well: a user's `monthlyLimit`, and what a key may be made with. */
const isShownAsInt = ({ subject, model, ...shape }: Omit<QuotaDefinition, 'limit'>): boolean => {
  if (model !== null || subject === 'installation') return false;
  return subject.startsWith('key:') ? isKeyLimit(shape) : shape.unit === 'tokens' && shape.period === 'month';
};

/**
 * Sets what a subject may use; exact while chats run.
 * @throws StudioError BAD_USER_INPUT, LIMIT_REACHED, or NOT_FOUND for no such user or key
 */
export const limit = async (
  db: Database,
  {
    subject: whose,
    ...input
  }: Pick<QuotaDefinition, 'model' | 'unit' | 'period'> & { readonly subject: SubjectInput; readonly limit: unknown },
  actor: Actor,
): Promise<Quota> => {
  const definition = { ...input, subject: subjectOf(whose), ...parseInput(Definition, input) };
  if (isPrepaid(definition)) {
    throw new StudioError('BAD_USER_INPUT', 'period TOTAL of all tokens is the prepaid balance: use grantTokens.', {
      argument: 'period',
    });
  }
  if (definition.limit > MOST_INT && isShownAsInt(definition)) {
    throw new StudioError('BAD_USER_INPUT', `limit must be at most ${MOST_INT} here.`, { argument: 'limit' });
  }
  try {
    return await db.transaction(async (transaction) => {
      const id = await setQuota(transaction, definition);
      const quotas = await quotasOf(transaction, [definition.subject]);
      if (quotas.length > MAX_QUOTAS) {
        throw new StudioError(
          'LIMIT_REACHED',
          `There are ${MAX_QUOTAS} quotas of this subject already: remove one first.`,
        );
      }
      const quota = quotas.find((one) => one.id === id);
      if (!quota) throw new Error(`the quota ${id} is not there after it was set`);
      await recordAudit(transaction, actor, { action: 'quota.set', ...auditOf(quota) });
      return quota;
    });
  } catch (error) {
    throw isUnknownSubject(error) ? unknownSubject() : error;
  }
};

/**
 * Limits in force, of one subject or of all, oldest first.
 * @throws StudioError BAD_USER_INPUT, or NOT_FOUND for an id of a subject that is none
 */
export const readQuotas = (
  db: Database,
  subject: SubjectInput | null,
  asked: { readonly first: number; readonly after: string | null | undefined },
): Promise<readonly Quota[]> => quotaPage(db, subject && subjectOf(subject), parseInput(Page, asked));

/**
 * Takes a limit away.
 * @throws StudioError NOT_FOUND, or BAD_USER_INPUT for a prepaid balance
 */
export const unlimit = (db: Database, id: string, actor: Actor): Promise<boolean> =>
  db.transaction(async (transaction) => {
    const wanted = /^[1-9]\d{0,17}$/.test(id) ? BigInt(id) : null;
    const [next] = wanted === null ? [] : await quotaPage(transaction, null, { after: wanted - 1n, first: 1 });
    const quota = next?.id === wanted ? next : undefined;
    if (!quota) throw new StudioError('NOT_FOUND', 'There is no such quota.', { argument: 'id' });
    if (isPrepaid(quota)) {
      throw new StudioError('BAD_USER_INPUT', 'id is of a prepaid balance, which cannot be removed.', {
        argument: 'id',
      });
    }
    // Whoever else removed it meanwhile has recorded it.
    if (await removeQuota(transaction, quota.id)) {
      await recordAudit(transaction, actor, { action: 'quota.removed', ...auditOf(quota) });
    }
    return true;
  });
