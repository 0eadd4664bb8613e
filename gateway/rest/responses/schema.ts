import type { AnySchemaObject } from 'ajv/dist/2020.js';
import {
  COUNT,
  IGNORED,
  JSON_SCHEMA,
  list,
  MODEL,
  NULL,
  object,
  ofKind,
  only,
  SAMPLING,
  SCORED,
  TEXT,
  TOKENS,
  TOP,
} from '../schema-parts.ts';

const SAYING: AnySchemaObject = { type: 'string', maxLength: 262_144 };
const PARTS: AnySchemaObject = {
  type: ['string', 'array'],
  maxLength: 262_144,
  maxItems: 100,
  items: {
    type: 'object',
    ...ofKind('input_text', 'output_text'),
    required: ['text'],
    additionalProperties: false,
    properties: {
      type: true,
      text: SAYING,
      annotations: IGNORED,
      logprobs: IGNORED,
      // What OpenAI's client adds to what it has read, here and below.
      parsed: IGNORED,
    },
  },
  description: 'A text, or its parts, which are joined by line breaks.',
};
const CALL_ID: AnySchemaObject = { type: 'string', minLength: 1, maxLength: 200 };

const ofType = (type: string): AnySchemaObject => ({
  type: 'object',
  required: ['type'],
  properties: { type: { const: type } },
});
const needs = (...required: readonly string[]): AnySchemaObject => ({
  type: 'object',
  required,
  properties: Object.fromEntries(required.map((name) => [name, true])),
});

const ITEM: AnySchemaObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    type: { enum: ['message', 'function_call', 'function_call_output'], description: '`message` by default.' },
    role: { enum: ['system', 'developer', 'user', 'assistant'] },
    content: PARTS,
    call_id: CALL_ID,
    name: { type: 'string', maxLength: 64 },
    arguments: SAYING,
    output: PARTS,
    id: IGNORED,
    status: IGNORED,
    phase: IGNORED,
    parsed_arguments: IGNORED,
  },
  if: ofType('function_call'),
  // Of JSON Schema, and not of a promise.
  // oxlint-disable-next-line unicorn/no-thenable
  then: needs('call_id', 'name', 'arguments'),
  else: {
    if: ofType('function_call_output'),
    // oxlint-disable-next-line unicorn/no-thenable
    then: needs('call_id', 'output'),
    else: {
      // Where there is no type at all as well.
      if: { type: 'object', properties: { type: { const: 'message' } } },
      // oxlint-disable-next-line unicorn/no-thenable
      then: needs('role', 'content'),
    },
  },
};

const TOOL: AnySchemaObject = {
  type: 'object',
  required: ['type', 'name'],
  additionalProperties: false,
  properties: {
    type: { const: 'function' },
    name: { type: 'string', minLength: 1, maxLength: 64 },
    description: { type: ['string', NULL], maxLength: 4_096 },
    parameters: JSON_SCHEMA,
    strict: IGNORED,
  },
};

const FORMAT: AnySchemaObject = {
  type: 'object',
  required: ['type'],
  additionalProperties: false,
  properties: {
    type: { enum: ['text', 'json_object', 'json_schema'] },
    name: { type: 'string', maxLength: 64 },
    description: { type: ['string', NULL], maxLength: 4_096 },
    schema: JSON_SCHEMA,
    strict: { type: ['boolean', NULL] },
  },
  if: ofType('json_schema'),
  // oxlint-disable-next-line unicorn/no-thenable
  then: needs('schema'),
  description: 'What is asked for is enforced while the answer is generated.',
};

const { max_tokens: _, ...SHAPING } = SAMPLING;

export const BODY: AnySchemaObject = {
  type: 'object',
  required: ['model', 'input'],
  additionalProperties: false,
  properties: {
    model: MODEL,
    input: {
      type: ['string', 'array'],
      minLength: 1,
      maxLength: 262_144,
      minItems: 1,
      maxItems: 1_000,
      items: ITEM,
      description: 'What the user says, or the whole conversation so far: nothing of it is kept here.',
    },
    instructions: { ...SAYING, type: ['string', NULL], description: 'Put before the conversation.' },
    max_output_tokens: TOKENS,
    ...SHAPING,
    stream: { type: ['boolean', NULL] },
    stream_options: {
      type: ['object', NULL],
      additionalProperties: false,
      properties: { include_obfuscation: IGNORED },
    },
    text: {
      type: ['object', NULL],
      additionalProperties: false,
      properties: { format: FORMAT, verbosity: IGNORED },
    },
    tools: { type: ['array', NULL], maxItems: 64, items: TOOL },
    tool_choice: {
      oneOf: [
        { enum: ['none', 'auto', 'required', null] },
        {
          type: 'object',
          required: ['type', 'name'],
          additionalProperties: false,
          properties: { type: { const: 'function' }, name: { type: 'string', maxLength: 64 } },
        },
      ],
    },
    parallel_tool_calls: { type: ['boolean', NULL] },
    include: {
      type: ['array', NULL],
      maxItems: 8,
      items: { enum: ['message.output_text.logprobs', 'reasoning.encrypted_content'] },
    },
    top_logprobs: { ...TOP, description: 'Needs `message.output_text.logprobs` in `include`.' },
    previous_response_id: { type: ['string', NULL], description: 'Refused: no answer is kept.' },
    conversation: { type: ['string', 'object', NULL], description: 'Refused: no conversation is kept.' },
    store: { ...IGNORED, description: 'Taken and ignored: no answer is kept.' },
    background: only(false),
    truncation: only('disabled'),
    max_tool_calls: only(),
    prompt: only(),
    metadata: {
      type: ['object', NULL],
      maxProperties: 16,
      additionalProperties: { type: 'string', maxLength: 512 },
      description: 'Told again in the answer.',
    },
    reasoning: IGNORED,
    prompt_cache_key: IGNORED,
    prompt_cache_retention: IGNORED,
    safety_identifier: IGNORED,
    service_tier: IGNORED,
    user: IGNORED,
  },
};

const STATUS: AnySchemaObject = { enum: ['in_progress', 'completed', 'incomplete'] };
const SCORES = list(object({ ...SCORED, top_logprobs: list(object(SCORED)) }));
const PART = object({
  type: { const: 'output_text' },
  text: TEXT,
  annotations: { type: 'array', maxItems: 0 },
  logprobs: SCORES,
});
const OUTPUT: AnySchemaObject = {
  oneOf: [
    object({
      type: { const: 'message' },
      id: TEXT,
      status: STATUS,
      role: { const: 'assistant' },
      content: list(PART),
    }),
    object({
      type: { const: 'function_call' },
      id: TEXT,
      call_id: TEXT,
      name: TEXT,
      arguments: TEXT,
      status: STATUS,
    }),
  ],
};

export const ANSWER = object({
  id: TEXT,
  object: { const: 'response' },
  created_at: COUNT,
  status: STATUS,
  background: { const: false },
  error: { type: NULL },
  incomplete_details: { type: ['object', NULL], properties: { reason: { const: 'max_output_tokens' } } },
  instructions: { type: ['string', NULL] },
  max_output_tokens: { type: ['integer', NULL] },
  model: TEXT,
  output: list(OUTPUT),
  parallel_tool_calls: { type: 'boolean' },
  previous_response_id: { type: NULL },
  store: { const: false },
  temperature: { type: ['number', NULL] },
  text: object({ format: { type: 'object' } }),
  tool_choice: {},
  tools: list({ type: 'object' }),
  top_p: { type: ['number', NULL] },
  truncation: { const: 'disabled' },
  metadata: { type: 'object' },
  usage: {
    ...object({
      input_tokens: COUNT,
      input_tokens_details: object({ cached_tokens: COUNT }),
      output_tokens: COUNT,
      output_tokens_details: object({ reasoning_tokens: { const: 0 } }),
      total_tokens: COUNT,
    }),
    type: ['object', NULL],
  },
});

/** What every event has; the rest is as OpenAI has it for its type. */
export const EVENT: AnySchemaObject = {
  type: 'object',
  required: ['type', 'sequence_number'],
  properties: {
    type: TEXT,
    sequence_number: COUNT,
    response: ANSWER,
    output_index: COUNT,
    content_index: COUNT,
    item_id: TEXT,
    item: OUTPUT,
    part: PART,
    delta: TEXT,
    text: TEXT,
    name: TEXT,
    arguments: TEXT,
    logprobs: SCORES,
  },
};
