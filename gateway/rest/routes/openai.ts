import { StudioError } from '#mesh/errors.ts';
import {
  CHAT,
  CHAT_STREAM,
  chatAnswer,
  chatChunks,
  chatInput,
  type ChatBody,
  type ChatData,
  type ChatEventData,
} from '../chat.ts';
import { CHAT_ANSWER, CHAT_CHUNK, chatBody, MODEL_LIST } from '../chat-schema.ts';
import { COMPLETION_ANSWER, COMPLETION_BODY, COMPLETION_CHUNK, PROMPT_BODY } from '../completion-schema.ts';
import {
  COMPLETE,
  COMPLETE_STREAM,
  completionAnswer,
  completionChunks,
  completionInput,
  promptInput,
  type CompletionBody,
  type CompletionData,
  type CompletionEventData,
  type PromptBody,
} from '../completion.ts';
import { defineRoute, type Ask } from '../route.ts';

const now = (): number => Math.floor(Date.now() / 1_000);

const streamed = (body: ChatBody): Ask => ({
  kind: 'stream',
  document: CHAT_STREAM,
  variables: { input: chatInput(body) },
  model: body.model,
  events: (): ((data: ChatEventData) => ReturnType<ReturnType<typeof chatChunks>>) =>
    chatChunks(now(), body.stream_options?.include_usage === true),
});

const whole = (body: ChatBody): Ask => ({
  kind: 'whole',
  document: CHAT,
  variables: { input: chatInput(body) },
  model: body.model,
  answer: (data: ChatData) => chatAnswer(data, now()),
});

const completed = (body: CompletionBody): Ask => {
  const common = { variables: { input: completionInput(body) }, model: body.model };
  if (body.stream === true) {
    const events = (): ((data: CompletionEventData) => ReturnType<ReturnType<typeof completionChunks>>) =>
      completionChunks(now(), body.stream_options?.include_usage === true);
    return { ...common, kind: 'stream', document: COMPLETE_STREAM, events };
  }
  const answer = ({ complete }: CompletionData) => completionAnswer(complete, now());
  return { ...common, kind: 'whole', document: COMPLETE, answer };
};

/** OpenAI has a time of creation and an owner; our models have neither. */
const asModel = ({ name }: { readonly name: string }) => ({
  id: name,
  object: 'model',
  created: 0,
  owned_by: 'cyberdevstudio',
});

export const openAiRoutes = [
  defineRoute({
    method: 'POST',
    path: '/v1/chat/completions',
    tag: 'OpenAI',
    summary: 'Answers a conversation, whole or as a stream. The model is loaded on first use.',
    body: chatBody({ type: ['boolean', 'null'], description: 'Whether the answer comes as server-sent events.' }),
    answer: CHAT_ANSWER,
    event: CHAT_CHUNK,
    ask: (body: ChatBody) => (body.stream === true ? streamed(body) : whole(body)),
  }),

  defineRoute({
    method: 'POST',
    path: '/v1/completions',
    tag: 'OpenAI',
    summary: 'Continues texts as they are, whole or as a stream.',
    body: COMPLETION_BODY,
    answer: COMPLETION_ANSWER,
    event: COMPLETION_CHUNK,
    ask: completed,
  }),

  defineRoute({
    method: 'GET',
    path: '/v1/models',
    tag: 'OpenAI',
    summary: 'Every model that is installed.',
    answer: MODEL_LIST.list,
    ask: () => ({
      kind: 'whole',
      document: 'query RestModels { models { name } }',
      variables: {},
      answer: ({ models }: { readonly models: readonly { readonly name: string }[] }) => ({
        object: 'list',
        data: models.map(asModel),
      }),
    }),
  }),

  defineRoute({
    method: 'GET',
    path: '/v1/models/{model}',
    tag: 'OpenAI',
    summary: 'One model that is installed.',
    answer: MODEL_LIST.one,
    ask: (_: unknown, { model: name = '' }) => ({
      kind: 'whole',
      document: 'query RestOneModel($name: String!) { model(name: $name) { name } }',
      variables: { name },
      answer: ({ model }: { readonly model: { readonly name: string } | null }) => {
        if (!model) throw new StudioError('NOT_FOUND', 'There is no such model.', { argument: 'model' });
        return asModel(model);
      },
    }),
  }),

  defineRoute({
    method: 'POST',
    path: '/chat',
    tag: 'OpenAI',
    summary: 'As /v1/chat/completions, always as a stream.',
    body: chatBody({ enum: [true, null] }),
    event: CHAT_CHUNK,
    ask: streamed,
  }),

  defineRoute({
    method: 'POST',
    path: '/completion',
    tag: 'OpenAI',
    summary: "Answers one prompt, which is put to the model as a user's message, whole.",
    body: PROMPT_BODY,
    answer: COMPLETION_ANSWER,
    ask: (body: PromptBody) => ({
      kind: 'whole',
      document: CHAT,
      variables: { input: promptInput(body) },
      model: body.model,
      answer: ({ chat }: ChatData) => completionAnswer(chat, now()),
    }),
  }),
];
