import chatSchema from '#schemas/rpc/llm.chat.json' with { type: 'json' };
import completeSchema from '#schemas/rpc/llm.complete.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface Sampling {
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly repeat_penalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

interface ChatParams extends Sampling {
  readonly model: string;
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
}

interface CompleteParams extends Sampling {
  readonly model: string;
  readonly prompt: string;
  readonly echo?: boolean;
}

interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
}

interface Complete {
  readonly complete: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly text: string;
    readonly finishReason: 'STOP' | 'LENGTH' | 'BUDGET';
    readonly usage: Usage;
  };
}

interface Chat {
  readonly chat: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly message: { readonly role: string; readonly content: string };
    readonly finishReason: 'STOP' | 'LENGTH' | 'BUDGET';
    readonly usage: Usage;
  };
}

/** Legacy clients know two ends; a budget that is used up cuts the answer short as a length does. */
const FINISH = { STOP: 'stop', LENGTH: 'length', BUDGET: 'length' } as const;

const samplingOf = (params: Sampling) => ({
  maxTokens: params.max_tokens,
  temperature: params.temperature,
  topP: params.top_p,
  topK: params.top_k,
  repeatPenalty: params.repeat_penalty,
  seed: params.seed,
  stop: params.stop,
});

const usageOf = ({ promptTokens, completionTokens, totalTokens }: Usage) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: totalTokens,
});

export const llmMethods = [
  defineMethod({
    schema: chatSchema,
    document: /* GraphQL */ `
      mutation RpcChat($input: ChatInput!) {
        chat(input: $input) {
          requestId
          model {
            name
          }
          message {
            role
            content
          }
          finishReason
          usage {
            promptTokens
            completionTokens
            totalTokens
          }
        }
      }
    `,
    variables: (params: ChatParams) => ({
      input: {
        model: params.model,
        messages: params.messages.map(({ role, content }) => ({ role: role.toUpperCase(), content })),
        ...samplingOf(params),
      },
    }),
    result: ({ chat }: Chat) => ({
      id: chat.requestId,
      model: chat.model.name,
      message: { role: chat.message.role.toLowerCase(), content: chat.message.content },
      finish_reason: FINISH[chat.finishReason],
      usage: usageOf(chat.usage),
    }),
  }),
  defineMethod({
    schema: completeSchema,
    document: /* GraphQL */ `
      mutation RpcComplete($input: CompletionInput!) {
        complete(input: $input) {
          requestId
          model {
            name
          }
          text
          finishReason
          usage {
            promptTokens
            completionTokens
            totalTokens
          }
        }
      }
    `,
    variables: (params: CompleteParams) => ({
      input: { model: params.model, prompt: [params.prompt], echo: params.echo, ...samplingOf(params) },
    }),
    result: ({ complete }: Complete) => ({
      id: complete.requestId,
      model: complete.model.name,
      text: complete.text,
      finish_reason: FINISH[complete.finishReason],
      usage: usageOf(complete.usage),
    }),
  }),
];
