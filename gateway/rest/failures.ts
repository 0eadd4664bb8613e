import { refusalHeaders } from '#gateway/errors.ts';
import { failure, type Failure } from '#gateway/rpc/failures.ts';
import { ERRORS } from '#mesh/errors.ts';
import type { Flaw } from '#gateway/json-schema.ts';

/** What OpenAI calls by another word. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  responseSchema: 'response_format',
  toolName: 'tool_choice',
};

/** The graph's names of arguments as OpenAI writes them. */
const parameterOf = (argument: string): string =>
  OTHER_WORDS[argument] ?? argument.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A failure as OpenAI's clients read it; the code is one of the table of errors. */
export const errorBody = ({ code, sentence, argument }: Failure) => ({
  error: {
    message: sentence,
    type: ERRORS[code].openai,
    code,
    param: argument === undefined ? null : parameterOf(argument),
  },
});

/** The headers that go with it. */
export const errorHeaders = ({ code, status, retryAfterSeconds }: Failure): Readonly<Record<string, string>> => ({
  ...refusalHeaders(status, retryAfterSeconds),
  // OpenAI's clients ask again by themselves after 429; no tokens come from that.
  ...(code === 'BUDGET_EXCEEDED' ? { 'x-should-retry': 'false' } : {}),
});

/** A body that breaks its schema. */
export const flawed = ({ sentence, place }: Flaw): Failure => ({
  ...failure('BAD_USER_INPUT', sentence),
  argument: place === '' ? undefined : place,
});
