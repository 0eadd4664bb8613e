import { z } from 'zod';
import type {
  AuditEvent,
  AuditFilter,
  MutationResolvers,
  QueryResolvers,
  SubscriptionResolvers,
} from '#codegen/users.ts';
import type { Database } from '#mesh/database/pool.ts';
import { endable } from '#mesh/endable.ts';
import type { AuditFeed } from '../audit-feed.ts';
import { actorOf, recordBounded } from '../audit.ts';
import { parseInput } from '../input.ts';
import { latestEvents, settledId, type AuditRow, type AuditSelection } from '../store/audit.ts';

const text = z
  .string()
  .max(256, 'must have at most 256 characters')
  // A text of PostgreSQL holds no NUL.
  .refine((value) => !value.includes('\u0000'), 'must not contain a NUL')
  .nullish();

const Selection = z
  .object({ action: text, actorId: z.uuid('must be the id of a user').nullish(), targetId: text })
  .transform(({ action = null, actorId = null, targetId = null }): AuditSelection => ({ action, actorId, targetId }));

/** An id of an event: a whole number of at most 18 digits, which is less than what the database counts to. */
const Position = z
  .string()
  .regex(/^\d{1,18}$/, 'must be the id of an event')
  .transform(BigInt)
  .nullish()
  .transform((id) => id ?? null);

const Page = z.object({
  first: z.int().min(1, 'must be 1 or more').max(500, 'must be 500 or less'),
  before: Position,
});
const Start = z.object({ after: Position });

/** What the gateway may tell of at once. */
const Coordinates = z.object({ coordinates: z.array(z.string().max(256)).min(1).max(10) });

const selectionOf = (filter: AuditFilter | null | undefined): AuditSelection => parseInput(Selection, filter ?? {});

const eventOf = ({ id, ...event }: AuditRow): AuditEvent => ({ ...event, id: String(id) });

/** The audit log: read, followed, and told by the gateway of whom it refused. */
export const auditResolvers = (
  db: Database,
  feed: AuditFeed,
): {
  readonly Query: Required<Pick<QueryResolvers, 'auditLog'>>;
  readonly Mutation: Required<Pick<MutationResolvers, 'recordRefusal'>>;
  readonly Subscription: Required<SubscriptionResolvers>;
} => ({
  Query: {
    auditLog: async (_parent, { filter, ...page }) => {
      const selection = selectionOf(filter);
      const { first, before } = parseInput(Page, page);
      const settled = await settledId(db);
      const upTo = before !== null && before <= settled ? before - 1n : settled;
      return (await latestEvents(db, { upTo, limit: first, selection })).map(eventOf);
    },
  },
  Mutation: {
    recordRefusal: async (_parent, given, context) => {
      const { coordinates } = parseInput(Coordinates, given);
      const [first = '', ...others] = coordinates;
      await recordBounded(db, actorOf(context), {
        action: 'access.refused',
        targetKind: 'field',
        targetId: first,
        ...(others.length > 0 ? { details: { others } } : {}),
      });
      return true;
    },
  },
  Subscription: {
    auditEvents: {
      subscribe: (_parent, { filter, after }, { signal, log }) => {
        const selection = selectionOf(filter);
        const start = parseInput(Start, { after });
        return endable(
          (until) => feed.follow(start.after, selection, until),
          signal,
          (error) => log.error({ error }, 'a stream of audit events ended badly'),
        );
      },
      resolve: (event: AuditRow) => eventOf(event),
    },
  },
});
