import { GraphQLError } from 'graphql';

/** What one error code means at every door. */
export interface ErrorEntry {
  /** HTTP status of the whole answer. */
  readonly status: number;
  /** JSON-RPC 2.0 error code. */
  readonly rpc: number;
  /** The `type` of an error in OpenAI's shape. */
  readonly openai: string;
  /** What happened, for a person. */
  readonly sentence: string;
  /** What to do about it. */
  readonly mend: string;
}

/** The one table of errors. `docs/reference/errors.md` lists it and a test holds the two together. */
export const ERRORS = {
  UNAUTHENTICATED: {
    status: 401,
    rpc: -32_001,
    openai: 'authentication_error',
    sentence: 'The request carries no valid credential.',
    mend: 'Sign in again, or send a valid API key.',
  },
  SECOND_FACTOR_REQUIRED: {
    status: 401,
    rpc: -32_001,
    openai: 'authentication_error',
    sentence: 'The password is right; this account asks for a code as well.',
    mend: 'Sign in with `code`: the six digits of your authenticator, or a recovery code.',
  },
  FORBIDDEN: {
    status: 403,
    rpc: -32_003,
    openai: 'permission_error',
    sentence: 'Your role does not reach this.',
    mend: 'Ask an admin for the role that this needs.',
  },
  BUDGET_EXCEEDED: {
    status: 429,
    rpc: -32_029,
    openai: 'insufficient_quota',
    sentence: 'The token budget is used up.',
    mend: 'Ask an admin for more tokens.',
  },
  RATE_LIMITED: {
    status: 429,
    rpc: -32_029,
    openai: 'rate_limit_error',
    sentence: 'Too many requests.',
    mend: 'Wait as long as Retry-After says.',
  },
  MODEL_NOT_LOADED: {
    status: 500,
    rpc: -32_050,
    openai: 'server_error',
    sentence: 'The model is not loaded.',
    mend: 'List the models that are installed, and load one of them.',
  },
  MODEL_CRASHED: {
    status: 500,
    rpc: -32_050,
    openai: 'server_error',
    sentence: 'The model ended before its answer was complete.',
    mend: 'Ask again: the model is started anew on the next request.',
  },
  INSUFFICIENT_MEMORY: {
    status: 503,
    rpc: -32_053,
    openai: 'server_error',
    sentence: 'There is not enough memory for the model.',
    mend: 'Unload another model, ask for a smaller context, or raise DEVSTUDIO_MODEL_MEMORY.',
  },
  BAD_USER_INPUT: {
    status: 400,
    rpc: -32_602,
    openai: 'invalid_request_error',
    sentence: 'A value of the request is not valid.',
    mend: 'Correct the value that the message names.',
  },
  CONTEXT_LENGTH_EXCEEDED: {
    status: 400,
    rpc: -32_602,
    openai: 'invalid_request_error',
    sentence: "The prompt is longer than the model's context.",
    mend: 'Shorten the conversation, or choose a model with a larger context.',
  },
  PATH_REFUSED: {
    status: 403,
    rpc: -32_013,
    openai: 'permission_error',
    sentence: 'The path leads outside the project or is not allowed.',
    mend: 'Use a relative path inside the project.',
  },
  SIZE_REFUSED: {
    status: 403,
    rpc: -32_013,
    openai: 'permission_error',
    sentence: 'The content is larger than a file may be.',
    mend: 'Write at most 524288 bytes to one file.',
  },
  VERSION_CONFLICT: {
    status: 409,
    rpc: -32_009,
    openai: 'conflict_error',
    sentence: 'The file has changed since you read it.',
    mend: 'Read it again and repeat the change.',
  },
  FILE_LOCKED: {
    status: 423,
    rpc: -32_009,
    openai: 'conflict_error',
    sentence: 'Somebody else holds the file.',
    mend: 'Wait until the lock that the message names is released or expires.',
  },
  ENGINE_UNAVAILABLE: {
    status: 503,
    rpc: -32_053,
    openai: 'server_error',
    sentence: 'This host cannot run the engine.',
    mend: 'Run `devstudio doctor` on it: it names what is missing.',
  },
  CONFLICT: {
    status: 409,
    rpc: -32_009,
    openai: 'conflict_error',
    sentence: 'Something with this name exists already.',
    mend: 'Choose another name, or undo first what the message names.',
  },
  LIMIT_REACHED: {
    status: 409,
    rpc: -32_009,
    openai: 'conflict_error',
    sentence: 'There are as many of these as there may be.',
    mend: 'Delete what is no longer needed, or begin a new one.',
  },
  NOT_FOUND: {
    status: 404,
    rpc: -32_004,
    openai: 'not_found_error',
    sentence: 'There is no such thing, or it is not yours.',
    mend: 'Check the id.',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    rpc: -32_600,
    openai: 'invalid_request_error',
    sentence: 'The request body is too large.',
    mend: 'Send at most 1 MiB.',
  },
  DOCUMENT_TOO_LARGE: {
    status: 400,
    rpc: -32_600,
    openai: 'invalid_request_error',
    sentence: 'The GraphQL document is too large or too deep.',
    mend: 'Ask for less in one document.',
  },
  GRAPHQL_PARSE_FAILED: {
    status: 400,
    rpc: -32_600,
    openai: 'invalid_request_error',
    sentence: 'The GraphQL document cannot be parsed.',
    mend: 'Correct the syntax at the place that the message names.',
  },
  GRAPHQL_VALIDATION_FAILED: {
    status: 400,
    rpc: -32_600,
    openai: 'invalid_request_error',
    sentence: 'The GraphQL document does not fit the schema.',
    mend: 'Correct the field or argument that the message names.',
  },
  DOCUMENT_NOT_ALLOWED: {
    status: 400,
    rpc: -32_600,
    openai: 'invalid_request_error',
    sentence: 'This studio does not answer the GraphQL document.',
    mend: 'Send the id of a document that it knows; its operator makes others known with DEVSTUDIO_DOCUMENTS.',
  },
  BAD_REQUEST: {
    status: 400,
    rpc: -32_600,
    openai: 'invalid_request_error',
    sentence: 'The request is not well formed.',
    mend: 'Send a well-formed request, as docs/reference/api.md describes.',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    rpc: -32_053,
    openai: 'server_error',
    sentence: 'A part of the studio is not reachable at the moment.',
    mend: 'Try again; if it stays so, look at /readyz and the logs.',
  },
  OVERLOADED: {
    status: 503,
    rpc: -32_053,
    openai: 'server_error',
    sentence: 'Too many requests are waiting already.',
    mend: 'Try again a little later.',
  },
  TIMEOUT: {
    status: 504,
    rpc: -32_054,
    openai: 'server_error',
    sentence: 'The request took too long.',
    mend: 'Ask for less, or try again later.',
  },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    rpc: -32_603,
    openai: 'server_error',
    sentence: 'Something went wrong inside the studio.',
    mend: 'Look for the request id in the logs.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(ERRORS, code);

/** What a code means; a code that is not in the table is an internal error. */
export const entryOf = (code: unknown): ErrorEntry => ERRORS[isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR'];

export interface Details {
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;
  /** The argument or parameter that is wrong. */
  readonly argument?: string;
  /** The files that are in the way. */
  readonly paths?: readonly string[];
  /** The lease that is in the way: whose it is, on what, and until when. */
  readonly lock?: {
    readonly path: string;
    readonly holder: { readonly kind: 'USER' | 'AGENT'; readonly id: string };
    readonly expiresAt: string;
  };
  /** The quota that is in the way. */
  readonly quota?: {
    readonly whose: string;
    readonly model: string | null;
    readonly unit: string;
    readonly period: string;
  };
}

/**
 * An expected failure: it carries a code of the table and may be shown to the client as it is.
 * Everything else that is thrown is masked as INTERNAL_SERVER_ERROR.
 */
export class StudioError extends GraphQLError {
  readonly code: ErrorCode;

  /**
   * @param code a code of the table
   * @param sentence what happened in this case; the table's sentence when left out
   * @param details machine-readable facts, merged into `extensions`
   */
  constructor(code: ErrorCode, sentence: string = ERRORS[code].sentence, details: Details = {}) {
    super(sentence, { extensions: { code, mend: ERRORS[code].mend, ...details } });
    this.code = code;
  }
}
