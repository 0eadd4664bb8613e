import type { AnySchemaObject } from 'ajv/dist/2020.js';

const NULL = 'null';
/** Of no effect here, and harmless to leave out. */
const IGNORED: AnySchemaObject = { description: 'Taken and ignored.' };
/** Whatever has an effect only at another value is taken at these, and refused at any other. */
const only = (...values: readonly unknown[]): AnySchemaObject => ({ enum: [...values, null] });

const MESSAGE: AnySchemaObject = {
  type: 'object',
  required: ['role', 'content'],
  additionalProperties: false,
  properties: {
    role: {
      enum: ['system', 'developer', 'user', 'assistant'],
      description: '`developer` is another word for `system`.',
    },
    content: {
      type: ['string', 'array'],
      maxLength: 262_144,
      minItems: 1,
      maxItems: 100,
      description: 'A text, or its parts, which are joined by line breaks.',
      items: {
        type: 'object',
        required: ['type', 'text'],
        additionalProperties: false,
        properties: { type: { const: 'text' }, text: { type: 'string', maxLength: 262_144 } },
      },
    },
    name: IGNORED,
    // What an answer of ours or of others carries, so that it can be sent back as it came.
    refusal: only(),
    annotations: IGNORED,
    audio: only(),
    function_call: only(),
    tool_calls: { type: ['array', NULL], maxItems: 0 },
  },
};

const TOKENS: AnySchemaObject = { type: ['integer', NULL], minimum: 1, maximum: 2_147_483_647 };

/** The parameters that shape what a model writes. */
const SAMPLING: Readonly<Record<string, AnySchemaObject>> = {
  max_tokens: { ...TOKENS, description: 'The most completion tokens; by default what the context holds.' },
  temperature: { type: ['number', NULL], minimum: 0, maximum: 2, description: '0.7 by default.' },
  top_p: { type: ['number', NULL], exclusiveMinimum: 0, maximum: 1 },
  top_k: { type: ['integer', NULL], minimum: 0, maximum: 1_000, description: 'Not of OpenAI; 0 is off.' },
  repeat_penalty: { type: ['number', NULL], minimum: 0.1, maximum: 2, description: 'Not of OpenAI; 1 is off.' },
  seed: { type: ['integer', NULL], description: 'Of a larger one the lowest 32 bits count.' },
  stop: {
    type: ['string', 'array', NULL],
    minLength: 1,
    maxLength: 64,
    maxItems: 8,
    items: { type: 'string', minLength: 1, maxLength: 64 },
    description: 'A text, or texts, that end the completion.',
  },
};

/** What OpenAI has besides. A parameter that would change the answer, and that no model here heeds, is refused. */
const OTHERS: Readonly<Record<string, AnySchemaObject>> = {
  n: only(1),
  frequency_penalty: only(0),
  presence_penalty: only(0),
  logit_bias: { type: ['object', NULL], maxProperties: 0 },
  user: IGNORED,
};

const MODEL: AnySchemaObject = { type: 'string', minLength: 1, maxLength: 200 };

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
      description: "The conversation so far, oldest first; the last message is the user's.",
    },
    max_completion_tokens: { ...TOKENS, description: 'As max_tokens, before which it goes.' },
    ...SAMPLING,
    stream,
    stream_options: {
      type: ['object', NULL],
      additionalProperties: false,
      properties: {
        include_usage: { type: 'boolean', description: 'Whether a last chunk without choices tells the usage.' },
        include_obfuscation: IGNORED,
      },
    },
    ...OTHERS,
    logprobs: only(false),
    top_logprobs: only(0),
    response_format: {
      type: ['object', NULL],
      required: ['type'],
      additionalProperties: false,
      properties: { type: { const: 'text' } },
    },
    modalities: { type: ['array', NULL], items: { const: 'text' } },
    tools: { type: ['array', NULL], maxItems: 0 },
    functions: { type: ['array', NULL], maxItems: 0 },
    tool_choice: only('none', 'auto'),
    function_call: only('none', 'auto'),
    parallel_tool_calls: IGNORED,
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

/** The body of a completion without a conversation. */
export const COMPLETION_BODY: AnySchemaObject = {
  type: 'object',
  required: ['model', 'prompt'],
  additionalProperties: false,
  properties: {
    model: MODEL,
    prompt: { type: 'string', minLength: 1, maxLength: 262_144, description: "Put to the model as a user's message." },
    ...SAMPLING,
    ...OTHERS,
    stream: only(false),
  },
};

const object = (properties: Readonly<Record<string, AnySchemaObject>>, optional: readonly string[] = []) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
  properties,
});
const list = (items: AnySchemaObject): AnySchemaObject => ({ type: 'array', items });
const COUNT: AnySchemaObject = { type: 'integer', minimum: 0 };
const TEXT: AnySchemaObject = { type: 'string' };
const FINISH: AnySchemaObject = {
  enum: ['stop', 'length'],
  description: '`length` when max_tokens, the context or the token budget was reached.',
};
const USAGE = object({ prompt_tokens: COUNT, completion_tokens: COUNT, total_tokens: COUNT });

/** What each kind of completion has in common. */
const completion = (kind: string, choice: AnySchemaObject, usage: AnySchemaObject, optional: readonly string[] = []) =>
  object({ id: TEXT, object: { const: kind }, created: COUNT, model: TEXT, choices: list(choice), usage }, optional);

export const CHAT_ANSWER = completion(
  'chat.completion',
  object({
    index: { const: 0 },
    message: object({ role: { const: 'assistant' }, content: TEXT, refusal: { type: NULL } }),
    logprobs: { type: NULL },
    finish_reason: FINISH,
  }),
  USAGE,
);

export const CHAT_CHUNK = completion(
  'chat.completion.chunk',
  object({
    index: { const: 0 },
    delta: object({ role: { const: 'assistant' }, content: TEXT }, ['role', 'content']),
    logprobs: { type: NULL },
    finish_reason: { enum: ['stop', 'length', null] },
  }),
  { ...USAGE, type: ['object', NULL] },
  ['usage'],
);

export const COMPLETION_ANSWER = completion(
  'text_completion',
  object({ index: { const: 0 }, text: TEXT, logprobs: { type: NULL }, finish_reason: FINISH }),
  USAGE,
);

const MODEL_ANSWER = object({
  id: TEXT,
  object: { const: 'model' },
  created: { const: 0, description: 'Not known.' },
  owned_by: TEXT,
});
export const MODEL_LIST = { list: object({ object: { const: 'list' }, data: list(MODEL_ANSWER) }), one: MODEL_ANSWER };
