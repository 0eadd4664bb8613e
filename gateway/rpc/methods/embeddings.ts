import embedSchema from '#schemas/rpc/llm.embed.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface EmbedParams {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly dimensions?: number;
}

interface Embeddings {
  readonly embed: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly data: readonly { readonly index: number; readonly embedding: readonly number[] }[];
    readonly usage: { readonly promptTokens: number; readonly completionTokens: number; readonly totalTokens: number };
  };
}

export const embedMethod = defineMethod({
  schema: embedSchema,
  document: /* GraphQL */ `
    mutation RpcEmbed($input: EmbedInput!) {
      embed(input: $input) {
        requestId
        model {
          name
        }
        data {
          index
          embedding
        }
        usage {
          promptTokens
          completionTokens
          totalTokens
        }
      }
    }
  `,
  variables: ({ model, input, dimensions }: EmbedParams) => ({
    input: { model, input: typeof input === 'string' ? [input] : input, dimensions },
  }),
  result: ({ embed: { requestId, model, data, usage } }: Embeddings) => ({
    id: requestId,
    model: model.name,
    data: data.map(({ index, embedding }) => ({ index, embedding })),
    usage: {
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      total_tokens: usage.totalTokens,
    },
  }),
});
