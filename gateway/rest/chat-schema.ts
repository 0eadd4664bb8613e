import type { AnySchemaObject } from 'ajv/dist/2020.js';
import {
  NULL,
  IGNORED,
  only,
  MODEL,
  TOKENS,
  SAMPLING,
  OTHERS,
  ANSWERS,
  TOP,
  STREAM_OPTIONS,
  JSON_SCHEMA,
  object,
  ofKind,
  list,
  COUNT,
  TEXT,
  FINISH,
  USAGE,
  SCORED,
  completion,
} from './schema-parts.ts';

const MESSAGE: AnySchemaObject = {
  type: 'object',
  required: ['role'],
  additionalProperties: false,
  properties: {
    role: {
      enum: ['system', 'developer', 'user', 'assistant', 'tool'],
      description: '`developer` is another word for `system`; of `tool` is the result of a call.',
    },
    content: {
      type: ['string', 'array', NULL],
      maxLength: 262_144,
      minItems: 1,
      maxItems: 100,
      description: 'A text, or its parts, which are joined by line breaks.',
      items: {
        type: 'object',
        ...ofKind('text'),
        required: ['text'],
        additionalProperties: false,
        properties: { type: true, text: { type: 'string', maxLength: 262_144 } },
      },
    },
    name: IGNORED,
    // What an answer of ours or of others carries, so that it can be sent back as it came.
    refusal: only(),
    annotations: IGNORED,
    audio: only(),
    function_call: only(),
    tool_calls: {
      type: ['array', NULL],
      maxItems: 64,
      description: 'What the assistant called; a message of role `tool` for each of them follows.',
      items: {
        type: 'object',
        required: ['id', 'function'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', minLength: 1, maxLength: 200 },
          type: { const: 'function' },
          index: IGNORED,
          function: {
            type: 'object',
            required: ['name', 'arguments'],
            additionalProperties: false,
            properties: { name: { type: 'string', maxLength: 64 }, arguments: { type: 'string', maxLength: 262_144 } },
          },
        },
      },
    },
    tool_call_id: { type: 'string', maxLength: 200, description: 'Of a message of role `tool`: the call.' },
  },
};

const FORMAT: AnySchemaObject = {
  type: ['object', NULL],
  required: ['type'],
  oneOf: [
    { type: NULL },
    { type: 'object', additionalProperties: false, properties: { type: { enum: ['text', 'json_object'] } } },
    {
      type: 'object',
      required: ['json_schema'],
      additionalProperties: false,
      properties: {
        type: { const: 'json_schema' },
        json_schema: {
          type: 'object',
          required: ['schema'],
          additionalProperties: false,
          properties: { name: IGNORED, description: IGNORED, strict: IGNORED, schema: { type: 'object' } },
        },
      },
    },
  ],
  description: 'What is asked for is enforced while the answer is generated.',
};
const NAMED: AnySchemaObject = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
const TOOLS: Readonly<Record<string, AnySchemaObject>> = {
  tools: {
    type: ['array', NULL],
    maxItems: 64,
    items: {
      type: 'object',
      required: ['type', 'function'],
      additionalProperties: false,
      properties: {
        type: { const: 'function' },
        function: {
          type: 'object',
          required: ['name'],
          additionalProperties: false,
          properties: {
            name: { type: 'string', minLength: 1, maxLength: 64 },
            description: { type: ['string', NULL], maxLength: 4_096 },
            parameters: JSON_SCHEMA,
            strict: IGNORED,
          },
        },
      },
    },
  },
  tool_choice: {
    oneOf: [
      { enum: ['none', 'auto', 'required', null] },
      { type: 'object', required: ['function'], properties: { type: { const: 'function' }, function: NAMED } },
    ],
  },
  parallel_tool_calls: { type: ['boolean', NULL] },
};

/** The body of a chat. @param stream what its member `stream` may be */
export const chatBody = (stream: AnySchemaObject): AnySchemaObject => ({
  type: 'object',
  required: ['model', 'messages'],
  additionalProperties: false,
  properties: {
    model: MODEL,
    messages: {
      type: 'array',
      minItems: 1,
      maxItems: 1_000,
      items: MESSAGE,
      description: "The conversation so far, oldest first; the last message is the user's, or the result of a call.",
    },
    max_completion_tokens: { ...TOKENS, description: 'As max_tokens, before which it goes.' },
    ...SAMPLING,
    stream,
    stream_options: STREAM_OPTIONS,
    ...OTHERS,
    n: ANSWERS,
    logprobs: { type: ['boolean', NULL] },
    top_logprobs: { ...TOP, description: 'Needs logprobs.' },
    response_format: FORMAT,
    modalities: { type: ['array', NULL], items: { const: 'text' } },
    ...TOOLS,
    functions: { type: ['array', NULL], maxItems: 0 },
    function_call: only('none', 'auto'),
    metadata: IGNORED,
    prediction: IGNORED,
    prompt_cache_key: IGNORED,
    prompt_cache_retention: IGNORED,
    reasoning_effort: IGNORED,
    safety_identifier: IGNORED,
    service_tier: IGNORED,
    store: IGNORED,
    verbosity: IGNORED,
  },
});

const CHAT_LOGPROBS = {
  ...object({ content: list(object({ ...SCORED, top_logprobs: list(object(SCORED)) })), refusal: { type: NULL } }),
  type: ['object', NULL],
};
const CALLED = { id: TEXT, type: { const: 'function' }, function: object({ name: TEXT, arguments: TEXT }) };

export const CHAT_ANSWER = completion(
  'chat.completion',
  object({
    index: COUNT,
    message: object(
      {
        role: { const: 'assistant' },
        content: { type: ['string', NULL] },
        refusal: { type: NULL },
        tool_calls: list(object(CALLED)),
      },
      ['tool_calls'],
    ),
    logprobs: CHAT_LOGPROBS,
    finish_reason: FINISH,
  }),
  USAGE,
);

export const CHAT_CHUNK = completion(
  'chat.completion.chunk',
  object({
    index: COUNT,
    delta: object(
      { role: { const: 'assistant' }, content: TEXT, tool_calls: list(object({ index: COUNT, ...CALLED })) },
      ['role', 'content', 'tool_calls'],
    ),
    logprobs: CHAT_LOGPROBS,
    finish_reason: { enum: ['stop', 'length', 'tool_calls', null] },
  }),
  { ...USAGE, type: ['object', NULL] },
  ['usage'],
);

const MODEL_ANSWER = object({
  id: TEXT,
  object: { const: 'model' },
  created: { const: 0, description: 'Not known.' },
  owned_by: TEXT,
});
export const MODEL_LIST = { list: object({ object: { const: 'list' }, data: list(MODEL_ANSWER) }), one: MODEL_ANSWER };
