import type { AnySchemaObject } from 'ajv/dist/2020.js';

/** Pieces that the schemas of several routes have in common. */

export const NULL = 'null';
/** Of no effect here, and harmless to leave out. */
export const IGNORED: AnySchemaObject = { description: 'Taken and ignored.' };
/** Whatever has an effect only at another value is taken at these, and refused at any other. */
export const only = (...values: readonly unknown[]): AnySchemaObject => ({ enum: [...values, null] });

export const MODEL: AnySchemaObject = { type: 'string', minLength: 1, maxLength: 200 };

export const TOKENS: AnySchemaObject = { type: ['integer', NULL], minimum: 1, maximum: 2_147_483_647 };

/** The parameters that shape what a model writes. */
export const SAMPLING: Readonly<Record<string, AnySchemaObject>> = {
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
export const OTHERS: Readonly<Record<string, AnySchemaObject>> = {
  frequency_penalty: only(0),
  presence_penalty: only(0),
  logit_bias: { type: ['object', NULL], maxProperties: 0 },
  user: IGNORED,
};

export const ANSWERS: AnySchemaObject = {
  type: ['integer', NULL],
  minimum: 1,
  maximum: 8,
  description: 'Answers to generate. The prompt is billed once, the tokens of all answers are.',
};
export const TOP: AnySchemaObject = { type: ['integer', NULL], minimum: 0, maximum: 20 };
export const STREAM_OPTIONS: AnySchemaObject = {
  type: ['object', NULL],
  additionalProperties: false,
  properties: {
    include_usage: { type: 'boolean', description: 'Whether a last chunk without choices tells the usage.' },
    include_obfuscation: IGNORED,
  },
};
/** The models service says of a schema what it cannot keep. */
export const JSON_SCHEMA: AnySchemaObject = { type: ['object', NULL], description: 'JSON Schema.' };

/** An object that holds these and nothing else. @param optional names of those that may be missing */
export const object = (properties: Readonly<Record<string, AnySchemaObject>>, optional: readonly string[] = []) => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
  properties,
});
export const list = (items: AnySchemaObject): AnySchemaObject => ({ type: 'array', items });
export const COUNT: AnySchemaObject = { type: 'integer', minimum: 0 };
export const TEXT: AnySchemaObject = { type: 'string' };
export const FINISH: AnySchemaObject = {
  enum: ['stop', 'length', 'tool_calls'],
  description: '`length` when max_tokens, the context or the token budget was reached.',
};
export const USAGE = object({
  prompt_tokens: COUNT,
  completion_tokens: COUNT,
  total_tokens: COUNT,
  prompt_tokens_details: object({
    cached_tokens: { ...COUNT, description: 'Of prompt_tokens, those that were not read again; billed all the same.' },
  }),
});
export const NUMBER: AnySchemaObject = { type: 'number' };
const BYTES: AnySchemaObject = { type: ['array', NULL], items: COUNT };
export const SCORED = { token: TEXT, logprob: NUMBER, bytes: BYTES };
/** What each kind of completion has in common. */
export const completion = (
  kind: string,
  choice: AnySchemaObject,
  usage: AnySchemaObject,
  optional: readonly string[] = [],
) => object({ id: TEXT, object: { const: kind }, created: COUNT, model: TEXT, choices: list(choice), usage }, optional);

/** What a part is, looked at before what it holds: of a picture it is said that it is none, not that its text is missing. */
export const ofKind = (...kinds: readonly string[]): AnySchemaObject => ({
  allOf: [{ type: 'object', required: ['type'], properties: { type: { enum: kinds } } }],
});
