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
import type { Services } from '../services.ts';
import { findRequests, type RequestPosition, type RequestSelection, type StoredRequest } from '../store/request-log.ts';

const MAX_PAGE = 200;
const PERSONAL_PAGE = 100;
const MAX_TEXT = 256;
const MAX_DAYS = 365;

const Id = z.uuid();
const Time = z.iso.datetime({ offset: true });

const EVERYTHING: RequestSelection = {
  userId: null,
  model: null,
  outcome: null,
  errorCode: null,
  from: null,
  to: null,
};

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

/** The id of a request in the log: where it stands in it. */
const idOf = ({ at, id }: StoredRequest): string => `${Date.parse(at)}-${id}`;

const positionOf = (argument: string, id: string | null | undefined): RequestPosition | null => {
  if (id === null || id === undefined) return null;
  const [, milliseconds, number] = /^(\d{1,13})-(\d{1,18})$/.exec(id) ?? [];
  if (milliseconds === undefined || number === undefined) {
    return refuse(argument, `${argument} must be the id of a request in the log.`);
  }
  return { at: new Date(Number(milliseconds)).toISOString(), id: BigInt(number) };
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

/** All that is kept of a request, but its place in the log. */
const personalOf = (request: StoredRequest): Omit<StoredRequest, 'id'> => {
  const { id: _, ...kept } = request;
  return kept;
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
      // Nobody stands under an id that is none.
      if (!Id.safeParse(id).success) return { items: [], next: null };
      const selection = { ...EVERYTHING, userId: id };
      const requests = await findRequests(database, selection, positionOf('after', after), PERSONAL_PAGE);
      const last = requests.at(-1);
      return {
        items: requests.map(personalOf),
        next: last && requests.length === PERSONAL_PAGE ? idOf(last) : null,
      };
    },
  },
});
