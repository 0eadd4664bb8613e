import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { embedMethod } from '#gateway/rpc/methods/embeddings.ts';
import { defineRoute, routeOfMethod } from '../route.ts';

/** The body of a request for embeddings, as far as it has an effect. */
interface EmbeddingsBody {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly dimensions?: number | null;
  readonly encoding_format?: 'float' | 'base64' | null;
}

/** What `EMBED` selects. */
export interface EmbeddingsData {
  readonly embed: {
    readonly model: { readonly name: string };
    readonly data: readonly { readonly index: number; readonly embedding: readonly number[] }[];
    readonly usage: { readonly promptTokens: number; readonly totalTokens: number };
  };
}

export const EMBED = /* GraphQL */ `
  mutation RestEmbeddings($input: EmbedInput!) {
    embed(input: $input) {
      model {
        name
      }
      data {
        index
        embedding
      }
      usage {
        promptTokens
        totalTokens
      }
    }
  }
`;

const COUNT: AnySchemaObject = { type: 'integer', minimum: 0 };

const BODY: AnySchemaObject = {
  type: 'object',
  required: ['model', 'input'],
  additionalProperties: false,
  properties: {
    model: { type: 'string', minLength: 1, maxLength: 200 },
    input: {
      type: ['string', 'array'],
      minLength: 1,
      maxLength: 262_144,
      minItems: 1,
      maxItems: 256,
      items: { type: 'string', minLength: 1, maxLength: 262_144 },
      description: 'A text, or texts, of 262 144 bytes together. Tokens are not taken: each model has its own.',
    },
    dimensions: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 65_536,
      description: 'Keeps the first so many numbers of each vector; by default all.',
    },
    encoding_format: {
      enum: ['float', 'base64', null],
      description: '`base64`: the numbers as floats of 32 bits, the lowest byte first; by default as numbers.',
    },
    user: { description: 'Taken and ignored.' },
  },
};

const ANSWER: AnySchemaObject = {
  type: 'object',
  required: ['object', 'data', 'model', 'usage'],
  additionalProperties: false,
  properties: {
    object: { const: 'list' },
    data: {
      type: 'array',
      items: {
        type: 'object',
        required: ['object', 'index', 'embedding'],
        additionalProperties: false,
        properties: {
          object: { const: 'embedding' },
          index: COUNT,
          embedding: {
            type: ['array', 'string'],
            items: { type: 'number' },
            description: 'A vector whose length is 1.',
          },
        },
      },
    },
    model: { type: 'string' },
    usage: {
      type: 'object',
      required: ['prompt_tokens', 'total_tokens'],
      additionalProperties: false,
      properties: { prompt_tokens: COUNT, total_tokens: COUNT },
    },
  },
};

/** Numbers as OpenAI writes them in base64. */
const inBase64 = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes.toString('base64');
};

export const embeddingRoutes = [
  defineRoute({
    method: 'POST',
    path: '/v1/embeddings',
    tag: 'OpenAI',
    summary: 'Makes a vector of each text. The model is loaded on first use.',
    body: BODY,
    answer: ANSWER,
    ask: ({ model: name, input, dimensions, encoding_format: format }: EmbeddingsBody) => ({
      kind: 'whole',
      document: EMBED,
      variables: { input: { model: name, input: typeof input === 'string' ? [input] : input, dimensions } },
      model: name,
      answer: ({ embed: { model, data, usage } }: EmbeddingsData) => ({
        object: 'list',
        data: data.map(({ index, embedding }) => ({
          object: 'embedding',
          index,
          embedding: format === 'base64' ? inBase64(embedding) : embedding,
        })),
        model: model.name,
        usage: { prompt_tokens: usage.promptTokens, total_tokens: usage.totalTokens },
      }),
    }),
  }),

  routeOfMethod(embedMethod, { method: 'POST', path: '/embed', tag: 'Models' }),
];
