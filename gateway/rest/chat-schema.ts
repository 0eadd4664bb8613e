import type { AnySchemaObject } from 'ajv/dist/2020.js';

const NULL = 'null';
/** Of no effect here, and harmless to leave out. */
const IGNORED: AnySchemaObject = { description: 'Taken and ignored.' };
/** Whatever has an effect only at another value is taken at these, and refused at any other. */
const only = (...values: readonly unknown[]): AnySchemaObject => ({ enum: [...values, null] });

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
  frequency_penalty: only(0),
  presence_penalty: only(0),
  logit_bias: { type: ['object', NULL], maxProperties: 0 },
  user: IGNORED,
};

const ANSWERS: AnySchemaObject = {
  type: ['integer', NULL],
  minimum: 1,
  maximum: 8,
  description: 'Answers to generate. The prompt is billed once, the tokens of all answers are.',
};
const TOP: AnySchemaObject = { type: ['integer', NULL], minimum: 0, maximum: 20 };
const STREAM_OPTIONS: AnySchemaObject = {
  type: ['object', NULL],
  additionalProperties: false,
  properties: {
    include_usage: { type: 'boolean', description: 'Whether a last chunk without choices tells the usage.' },
    include_obfuscation: IGNORED,
  },
};
/** The models service says of a schema what it cannot keep. */
const JSON_SCHEMA: AnySchemaObject = { type: ['object', NULL], description: 'JSON Schema.' };
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
  enum: ['stop', 'length', 'tool_calls'],
  description: '`length` when max_tokens, the context or the token budget was reached.',
};
const USAGE = object({
  prompt_tokens: COUNT,
  completion_tokens: COUNT,
  total_tokens: COUNT,
  prompt_tokens_details: object({
    cached_tokens: { ...COUNT, description: 'Of prompt_tokens, those that were not read again; billed all the same.' },
  }),
});
const NUMBER: AnySchemaObject = { type: 'number' };
const BYTES: AnySchemaObject = { type: ['array', NULL], items: COUNT };
const SCORED = { token: TEXT, logprob: NUMBER, bytes: BYTES };
const CHAT_LOGPROBS = {
  ...object({ content: list(object({ ...SCORED, top_logprobs: list(object(SCORED)) })), refusal: { type: NULL } }),
  type: ['object', NULL],
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
const CALLED = { id: TEXT, type: { const: 'function' }, function: object({ name: TEXT, arguments: TEXT }) };

/** What each kind of completion has in common. */
const completion = (kind: string, choice: AnySchemaObject, usage: AnySchemaObject, optional: readonly string[] = []) =>
  object({ id: TEXT, object: { const: kind }, created: COUNT, model: TEXT, choices: list(choice), usage }, optional);

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

const MODEL_ANSWER = object({
  id: TEXT,
  object: { const: 'model' },
  created: { const: 0, description: 'Not known.' },
  owned_by: TEXT,
});
export const MODEL_LIST = { list: object({ object: { const: 'list' }, data: list(MODEL_ANSWER) }), one: MODEL_ANSWER };
