import chatSchema from '#schemas/rpc/llm.chat.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface ChatParams {
  readonly model: string;
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly repeat_penalty?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
}

interface Chat {
  readonly chat: {
    readonly requestId: string;
    readonly model: { readonly name: string };
    readonly message: { readonly role: string; readonly content: string };
    readonly finishReason: 'STOP' | 'LENGTH' | 'BUDGET';
    readonly usage: { readonly promptTokens: number; readonly completionTokens: number; readonly totalTokens: number };
  };
}

/** Legacy clients know two ends; a budget that is used up cuts the answer short as a length does. */
const FINISH = { STOP: 'stop', LENGTH: 'length', BUDGET: 'length' } as const;

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
        maxTokens: params.max_tokens,
        temperature: params.temperature,
        topP: params.top_p,
        topK: params.top_k,
        repeatPenalty: params.repeat_penalty,
        seed: params.seed,
        stop: params.stop,
      },
    }),
    result: ({ chat }: Chat) => ({
      id: chat.requestId,
      model: chat.model.name,
      message: { role: chat.message.role.toLowerCase(), content: chat.message.content },
      finish_reason: FINISH[chat.finishReason],
      usage: {
        prompt_tokens: chat.usage.promptTokens,
        completion_tokens: chat.usage.completionTokens,
        total_tokens: chat.usage.totalTokens,
      },
    }),
  }),
];
