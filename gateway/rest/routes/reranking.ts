import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { defineRoute } from '../route.ts';
import { COUNT, IGNORED, list, MODEL, NULL, object, TEXT } from '../schema-parts.ts';

type GivenDocument = string | { readonly text: string };

interface RerankBody {
  readonly model: string;
  readonly query: string;
  readonly documents: readonly GivenDocument[];
  readonly top_n?: number | null;
  readonly return_documents?: boolean | null;
}

interface RerankData {
  readonly rerank: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly results: readonly { readonly index: number; readonly score: number }[];
    readonly usage: { readonly promptTokens: number; readonly totalTokens: number };
  };
}

const DOCUMENT: AnySchemaObject = { type: 'string', minLength: 1, maxLength: 262_144 };

const BODY: AnySchemaObject = object(
  {
    model: MODEL,
    query: { type: 'string', minLength: 1, maxLength: 16_384 },
    documents: {
      type: 'array',
      minItems: 1,
      maxItems: 256,
      items: { anyOf: [DOCUMENT, object({ text: DOCUMENT })] },
      description: 'Texts; with the query for each, 262 144 bytes together.',
    },
    top_n: {
      type: ['integer', NULL],
      minimum: 1,
      maximum: 256,
      description: 'How many of the best to tell; by default all.',
    },
    return_documents: { type: ['boolean', NULL], description: 'Whether to send their texts back; false by default.' },
    user: IGNORED,
  },
  ['top_n', 'return_documents', 'user'],
);

const ANSWER: AnySchemaObject = object({
  id: TEXT,
  object: { const: 'list' },
  model: TEXT,
  results: {
    ...list(
      object(
        {
          index: { ...COUNT, description: 'Which of the documents.' },
          relevance_score: { type: 'number', minimum: 0, maximum: 1 },
          document: object({ text: TEXT }),
        },
        ['document'],
      ),
    ),
    description: 'The best first.',
  },
  usage: object({ prompt_tokens: COUNT, total_tokens: COUNT }),
});

const textOf = (document: GivenDocument): string => (typeof document === 'string' ? document : document.text);

export const rerankingRoutes = [
  defineRoute({
    method: 'POST',
    path: '/v1/rerank',
    tag: 'Models',
    summary: 'Puts documents in the order in which they answer a query, as Jina and Cohere do.',
    body: BODY,
    answer: ANSWER,
    ask: ({ model: name, query, documents, top_n: topN, return_documents: back }: RerankBody) => {
      const texts = documents.map(textOf);
      return {
        kind: 'whole',
        document: /* GraphQL */ `
          mutation RestRerank($input: RerankInput!) {
            rerank(input: $input) {
              requestId
              model {
                name
              }
              results {
                index
                score
              }
              usage {
                promptTokens
                totalTokens
              }
            }
          }
        `,
        variables: { input: { model: name, query, documents: texts, topN } },
        model: name,
        answer: ({ rerank: { requestId, model, results, usage } }: RerankData) => ({
          id: requestId,
          object: 'list',
          model: model.name,
          results: results.map(({ index, score }) => ({
            index,
            relevance_score: score,
            ...(back === true ? { document: { text: texts[index] } } : {}),
          })),
          usage: { prompt_tokens: usage.promptTokens, total_tokens: usage.totalTokens },
        }),
      };
    },
  }),
];
