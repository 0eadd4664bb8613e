import type { AnySchemaObject } from 'ajv/dist/2020.js';
import {
  COUNT,
  IGNORED,
  JSON_SCHEMA,
  list,
  MODEL,
  NULL,
  NUMBER,
  object,
  only,
  SAMPLING,
  TEXT,
} from '../schema-parts.ts';

const SAYING: AnySchemaObject = { type: 'string', maxLength: 262_144 };
const NO_IMAGES: AnySchemaObject = { type: ['array', NULL], maxItems: 0 };
/** How long a model stays in memory, and how it is loaded, is up to whoever runs the studio. */
const OF_LOADING = ['numa', 'num_ctx', 'num_batch', 'num_gpu', 'main_gpu', 'low_vram', 'f16_kv', 'logits_all'];
const OF_FILES = ['vocab_only', 'use_mmap', 'use_mlock', 'embedding_only', 'num_thread', 'num_keep'];

const { max_tokens: _, ...SHAPING } = SAMPLING;

const OPTIONS: AnySchemaObject = {
  type: ['object', NULL],
  additionalProperties: false,
  properties: {
    num_predict: {
      type: ['integer', NULL],
      minimum: -2,
      maximum: 2_147_483_647,
      description: 'The most tokens to answer; under 1, as by default, what the context holds.',
    },
    ...SHAPING,
    min_p: only(0),
    typical_p: only(1),
    tfs_z: only(1),
    mirostat: only(0),
    mirostat_tau: IGNORED,
    mirostat_eta: IGNORED,
    presence_penalty: only(0),
    frequency_penalty: only(0),
    repeat_last_n: IGNORED,
    penalize_newline: IGNORED,
    ...Object.fromEntries([...OF_LOADING, ...OF_FILES].map((name) => [name, IGNORED])),
  },
};

const COMMON = {
  model: { ...MODEL, description: 'The suffix `:latest` changes nothing.' },
  options: OPTIONS,
  keep_alive: IGNORED,
};
const GENERATING = {
  ...COMMON,
  stream: { type: ['boolean', NULL], description: 'true by default.' },
  format: {
    oneOf: [{ enum: ['json', '', null] }, { type: 'object' }],
    description: '`json`, or a JSON Schema, which is enforced while the answer is generated.',
  },
  think: only(false),
  logprobs: only(false),
  top_logprobs: only(0),
};

const MESSAGE: AnySchemaObject = {
  type: 'object',
  required: ['role'],
  additionalProperties: false,
  properties: {
    role: { enum: ['system', 'user', 'assistant', 'tool'] },
    content: { ...SAYING, type: ['string', NULL] },
    thinking: IGNORED,
    images: NO_IMAGES,
    tool_calls: {
      type: ['array', NULL],
      maxItems: 64,
      items: {
        type: 'object',
        required: ['function'],
        additionalProperties: false,
        properties: {
          id: { type: 'string', minLength: 1, maxLength: 200 },
          type: { const: 'function' },
          function: {
            type: 'object',
            required: ['name', 'arguments'],
            additionalProperties: false,
            properties: { index: IGNORED, name: { type: 'string', maxLength: 64 }, arguments: { type: 'object' } },
          },
        },
      },
    },
    tool_name: { type: 'string', maxLength: 200, description: 'Of a message of role `tool`: what was called.' },
    tool_call_id: { type: 'string', maxLength: 200, description: 'Which call; by default the next of that name.' },
  },
};

const TOOL: AnySchemaObject = {
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
      },
    },
  },
};

const body = (required: readonly string[], properties: Readonly<Record<string, AnySchemaObject>>): AnySchemaObject => ({
  type: 'object',
  required,
  additionalProperties: false,
  properties,
});

export const CHAT_BODY = body(['model', 'messages'], {
  ...GENERATING,
  messages: { type: 'array', minItems: 1, maxItems: 1_000, items: MESSAGE },
  tools: { type: ['array', NULL], maxItems: 64, items: TOOL },
});

export const GENERATE_BODY = body(['model', 'prompt'], {
  ...GENERATING,
  prompt: { ...SAYING, minLength: 1, description: "Put to the model as a user's message." },
  system: { ...SAYING, description: 'Put before it.' },
  suffix: only(''),
  template: only(''),
  images: NO_IMAGES,
  context: { type: ['array', NULL], maxItems: 0, description: 'Nothing is kept from one request to the next.' },
  raw: { ...only(false), description: '/v1/completions continues texts without a template.' },
});

export const EMBED_BODY = body(['model', 'input'], {
  ...COMMON,
  input: {
    type: ['string', 'array'],
    minLength: 1,
    maxLength: 262_144,
    minItems: 1,
    maxItems: 256,
    items: { ...SAYING, minLength: 1 },
  },
  truncate: { ...IGNORED, description: 'Taken and ignored: a text that is longer than the context is refused.' },
  dimensions: { type: ['integer', NULL], minimum: 1, maximum: 65_536 },
});

export const SHOW_BODY = body(['model'], {
  model: COMMON.model,
  verbose: IGNORED,
  system: IGNORED,
  template: IGNORED,
  options: IGNORED,
});

const NANOSECONDS: AnySchemaObject = { ...COUNT, description: 'Nanoseconds, as the gateway measures them.' };
const END = {
  done_reason: { enum: ['stop', 'length'] },
  total_duration: NANOSECONDS,
  prompt_eval_count: COUNT,
  prompt_eval_duration: { ...NANOSECONDS, description: 'Until the first piece of a stream.' },
  eval_count: COUNT,
  eval_duration: { ...NANOSECONDS, description: 'From there to its end.' },
};
/** Both of a whole answer and of a line of a stream; what tells of the end is in the last one. */
const answerWith = (said: Readonly<Record<string, AnySchemaObject>>): AnySchemaObject =>
  object({ model: TEXT, created_at: TEXT, ...said, done: { type: 'boolean' }, ...END }, Object.keys(END));

export const CHAT_ANSWER = answerWith({
  message: object(
    {
      role: { const: 'assistant' },
      content: TEXT,
      tool_calls: list(object({ id: TEXT, function: object({ name: TEXT, arguments: { type: 'object' } }) })),
    },
    ['tool_calls'],
  ),
});
export const GENERATE_ANSWER = answerWith({ response: TEXT });

export const EMBED_ANSWER = object({
  model: TEXT,
  embeddings: list(list(NUMBER)),
  total_duration: NANOSECONDS,
  prompt_eval_count: COUNT,
});

const DETAILS = object({
  parent_model: TEXT,
  format: TEXT,
  family: TEXT,
  families: list(TEXT),
  parameter_size: TEXT,
  quantization_level: TEXT,
});
const MODIFIED: AnySchemaObject = { ...TEXT, description: 'Not known: 1970.' };
export const TAGS_ANSWER = object({
  models: list(object({ name: TEXT, model: TEXT, modified_at: MODIFIED, size: COUNT, digest: TEXT, details: DETAILS })),
});
export const SHOW_ANSWER = object({
  modelfile: TEXT,
  parameters: TEXT,
  template: TEXT,
  license: TEXT,
  modified_at: MODIFIED,
  details: DETAILS,
  model_info: object({ 'general.name': TEXT, 'general.context_length': COUNT }),
  capabilities: list({ enum: ['completion', 'tools', 'embedding'] }),
});
export const VERSION_ANSWER = object({ version: { ...TEXT, description: 'Of the studio.' } });
