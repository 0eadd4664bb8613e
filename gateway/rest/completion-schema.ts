import type { AnySchemaObject } from 'ajv/dist/2020.js';
import {
  NULL,
  only,
  MODEL,
  SAMPLING,
  OTHERS,
  ANSWERS,
  TOP,
  STREAM_OPTIONS,
  object,
  list,
  COUNT,
  TEXT,
  FINISH,
  USAGE,
  NUMBER,
  completion,
} from './schema-parts.ts';

const TEXT_TO_CONTINUE: AnySchemaObject = { type: 'string', minLength: 1, maxLength: 262_144 };

/** The body of a completion: texts that are continued without any template. */
export const COMPLETION_BODY: AnySchemaObject = {
  type: 'object',
  required: ['model', 'prompt'],
  additionalProperties: false,
  properties: {
    model: MODEL,
    prompt: {
      oneOf: [TEXT_TO_CONTINUE, { type: 'array', minItems: 1, maxItems: 8, items: TEXT_TO_CONTINUE }],
      description: 'A text, or several, each continued for itself.',
    },
    ...SAMPLING,
    ...OTHERS,
    n: ANSWERS,
    best_of: only(1),
    echo: { type: ['boolean', NULL], description: 'Whether the prompt stands before its continuation.' },
    suffix: { type: ['string', NULL], description: 'Refused unless it is empty.' },
    logprobs: { ...TOP, description: 'How many of the likeliest tokens to tell beside each; not with echo.' },
    stream: { type: ['boolean', NULL] },
    stream_options: STREAM_OPTIONS,
  },
};

/** The body of the seeds' completion. */
export const PROMPT_BODY: AnySchemaObject = {
  type: 'object',
  required: ['model', 'prompt'],
  additionalProperties: false,
  properties: {
    model: MODEL,
    prompt: { type: 'string', minLength: 1, maxLength: 262_144, description: "Put to the model as a user's message." },
    ...SAMPLING,
    ...OTHERS,
    n: only(1),
    stream: only(false),
  },
};

const COMPLETION_LOGPROBS = {
  ...object({
    tokens: list(TEXT),
    token_logprobs: list(NUMBER),
    top_logprobs: list({ type: 'object', additionalProperties: NUMBER }),
    text_offset: list(COUNT),
  }),
  type: ['object', NULL],
};
export const COMPLETION_ANSWER = completion(
  'text_completion',
  object({ index: COUNT, text: TEXT, logprobs: COMPLETION_LOGPROBS, finish_reason: FINISH }),
  USAGE,
);

export const COMPLETION_CHUNK = completion(
  'text_completion',
  object({
    index: COUNT,
    text: TEXT,
    logprobs: COMPLETION_LOGPROBS,
    finish_reason: { enum: ['stop', 'length', null] },
  }),
  { ...USAGE, type: ['object', NULL] },
  ['usage'],
);
