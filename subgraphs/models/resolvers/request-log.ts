import { z } from 'zod';
import type {
  LoggedRequest,
  MutationResolvers,
  QueryResolvers,
  RequestLogFilter,
  UserResolvers,
} from '#codegen/models.ts';
import { actorOf, recordAudit } from '#mesh/audit.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { refuse, within } from '../bounds.ts';
import { requestDataOf } from '../personal-data.ts';
import { idOf, positionOf } from '../request-log/position.ts';
import type { Services } from '../services.ts';
import { findRequests, type RequestSelection, type StoredRequest } from '../store/request-log.ts';

const MAX_PAGE = 200;
const MAX_TEXT = 256;
const MAX_DAYS = 365;

const Id = z.uuid();
const Time = z.iso.datetime({ offset: true });

const textIn = (argument: string, text: string | null | undefined): string | null => {
  if (text === null || text === undefined) return null;
  if (text.length > MAX_TEXT || text.includes('\0')) {
    return refuse(argument, `${argument} must have at most ${MAX_TEXT} characters, and no NUL.`);
  }
  return text.toWellFormed();
};

/** The instant as PostgreSQL takes it: in UTC, for it knows fewer zones, and of a year with four digits, of which none is 0. */
const timeIn = (argument: string, time: string | null | undefined): string | null => {
  if (time === null || time === undefined) return null;
  const instant = Time.safeParse(time).success ? new Date(time).toISOString() : '';
  return /^(?!0000)\d{4}-/.test(instant)
    ? instant
    : refuse(argument, `${argument} must be an instant in ISO 8601, of the years 1 to 9999.`);
};

/** What the caller asked for, and may see. @throws StudioError BAD_USER_INPUT; FORBIDDEN for what is another's */
const selectionOf = (filter: RequestLogFilter | null | undefined, caller: Caller): RequestSelection => {
  const asked = filter?.userId ?? null;
  if (asked !== null && !Id.safeParse(asked).success) return refuse('userId', 'userId must be the id of a user.');
  const seesAll = caller.scopes.includes('audit:read');
  if (!seesAll && asked !== null && asked.toLowerCase() !== caller.userId) {
    throw new StudioError('FORBIDDEN', 'Only the user and admins may see the requests of a user.');
  }
  return {
    userId: seesAll ? asked : caller.userId,
    model: textIn('model', filter?.model),
    outcome: filter?.outcome ?? null,
    errorCode: textIn('errorCode', filter?.errorCode),
    from: timeIn('from', filter?.from),
    to: timeIn('to', filter?.to),
  };
};

const loggedOf = (request: StoredRequest): Omit<LoggedRequest, 'user'> & { readonly user: { readonly id: string } } => {
  const { userId, keyId, model, ...rest } = request;
  return {
    ...rest,
    id: idOf(request),
    user: { id: userId },
    apiKeyId: keyId,
    modelName: model,
  };
};

/** The log of requests: read, taken out for the person, and told what to keep. */
export const requestLogOf = ({
  database,
  promptLogging,
}: Services): {
  readonly Query: Required<Pick<QueryResolvers, 'requestLog' | 'promptLogging'>>;
  readonly Mutation: Required<Pick<MutationResolvers, 'setPromptLogging'>>;
  readonly User: UserResolvers;
} => ({
  Query: {
    requestLog: async (_, { filter, first, before }, context) => {
      const selection = selectionOf(filter, callerOf(context));
      const limit = within('first', first, 1, MAX_PAGE);
      return (await findRequests(database, selection, positionOf('before', before), limit)).map(loggedOf);
    },
    promptLogging: () => promptLogging.read(),
  },
  Mutation: {
    setPromptLogging: async (_, { enabled, days }, context) => {
      const asked = days === null || days === undefined ? null : within('days', days, 1, MAX_DAYS);
      const logging = await database.transaction(async (transaction) => {
        const written = await promptLogging.write(transaction, enabled, asked);
        await recordAudit(transaction, actorOf(context), { action: 'prompt-logging.set', details: { ...written } });
        return written;
      });
      promptLogging.wrote(logging);
      return logging;
    },
  },
  User: {
    __resolveReference: ({ id }) => ({ id }),
    requestData: async ({ id }, { after }, context) => {
      const caller = callerOf(context);
      if (caller.userId !== id && !caller.scopes.includes('users:manage')) {
        throw new StudioError('FORBIDDEN', 'Only the user and admins may see what is kept about a user.');
      }
      return requestDataOf(database, id, after);
    },
  },
});
