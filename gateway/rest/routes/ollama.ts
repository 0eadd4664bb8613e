import { StudioError } from '#mesh/errors.ts';
import { VERSION } from '#mesh/version.ts';
import { CHAT, CHAT_STREAM, type ChatData, type ChatEventData } from '../chat.ts';
import { OLLAMA } from '../dialect.ts';
import { answerLines, asMessage, asText, wholeAnswer, type Saying } from '../ollama/answer.ts';
import { chatInput, generateInput, modelNamed, type ChatBody, type GenerateBody } from '../ollama/input.ts';
import {
  CHAT_ANSWER,
  CHAT_BODY,
  EMBED_ANSWER,
  EMBED_BODY,
  GENERATE_ANSWER,
  GENERATE_BODY,
  SHOW_ANSWER,
  SHOW_BODY,
  TAGS_ANSWER,
  VERSION_ANSWER,
} from '../ollama/schema.ts';
import { defineRoute, type Ask, type Events } from '../route.ts';
import { EMBED, type EmbeddingsData } from './embeddings.ts';

/** What Ollama calls what a model of a kind can do; of ranking it knows nothing. */
const CAPABILITIES = { CHAT: ['completion', 'tools'], EMBEDDING: ['embedding'], RERANKING: [] } as const;

interface EmbedBody {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly dimensions?: number | null;
}

interface ModelData {
  readonly name: string;
  readonly kind: keyof typeof CAPABILITIES;
  readonly contextSize: number;
  readonly sizeBytes: number;
}

/** Ollama's servers stream unless they are told not to. */
const asked = (input: { readonly model: string }, stream: boolean | null | undefined, say: Saying): Ask => {
  const from = performance.now();
  const common = { variables: { input }, model: input.model };
  if (stream === false) {
    const answer = (data: ChatData) => wholeAnswer(say, data, from);
    return { ...common, kind: 'whole', document: CHAT, answer };
  }
  const events = (): ((data: ChatEventData) => Events) => answerLines(say, from);
  return { ...common, kind: 'stream', document: CHAT_STREAM, events };
};

/** What we do not know of a model is empty. */
const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: '',
  families: [],
  parameter_size: '',
  quantization_level: '',
};
const UNKNOWN_TIME = new Date(0).toISOString();

const tagOf = ({ name, sizeBytes }: ModelData) => ({
  name,
  model: name,
  modified_at: UNKNOWN_TIME,
  size: sizeBytes,
  digest: '',
  details: DETAILS,
});

const shown = ({ name, kind, contextSize }: ModelData) => ({
  modelfile: '',
  parameters: '',
  template: '',
  license: '',
  modified_at: UNKNOWN_TIME,
  details: DETAILS,
  model_info: { 'general.name': name, 'general.context_length': contextSize },
  capabilities: CAPABILITIES[kind],
});

const common = { tag: 'Ollama', dialect: OLLAMA } as const;

export const ollamaRoutes = [
  defineRoute({
    ...common,
    method: 'POST',
    path: '/api/chat',
    summary: "Answers a conversation in Ollama's shape, as a stream of lines or whole.",
    body: CHAT_BODY,
    answer: CHAT_ANSWER,
    event: CHAT_ANSWER,
    ask: (body: ChatBody) => asked(chatInput(body), body.stream, asMessage),
  }),

  defineRoute({
    ...common,
    method: 'POST',
    path: '/api/generate',
    summary: "Answers one prompt, which is put to the model as a user's message.",
    body: GENERATE_BODY,
    answer: GENERATE_ANSWER,
    event: GENERATE_ANSWER,
    ask: (body: GenerateBody) => asked(generateInput(body), body.stream, asText),
  }),

  defineRoute({
    ...common,
    method: 'POST',
    path: '/api/embed',
    summary: 'Makes a vector of each text.',
    body: EMBED_BODY,
    answer: EMBED_ANSWER,
    ask: ({ model: given, input, dimensions }: EmbedBody) => {
      const from = performance.now();
      const model = modelNamed(given);
      return {
        kind: 'whole',
        document: EMBED,
        variables: { input: { model, input: typeof input === 'string' ? [input] : input, dimensions } },
        model,
        answer: ({ embed: { data, usage } }: EmbeddingsData) => ({
          model,
          embeddings: data.map(({ embedding }) => embedding),
          total_duration: Math.round((performance.now() - from) * 1e6),
          prompt_eval_count: usage.promptTokens,
        }),
      };
    },
  }),

  defineRoute({
    ...common,
    method: 'GET',
    path: '/api/tags',
    summary: 'Every model that is installed.',
    answer: TAGS_ANSWER,
    ask: () => ({
      kind: 'whole',
      document: 'query RestTags { models { name kind contextSize sizeBytes } }',
      variables: {},
      answer: ({ models }: { readonly models: readonly ModelData[] }) => ({ models: models.map(tagOf) }),
    }),
  }),

  defineRoute({
    ...common,
    method: 'POST',
    path: '/api/show',
    summary: 'What is known of one model.',
    body: SHOW_BODY,
    answer: SHOW_ANSWER,
    ask: ({ model }: { readonly model: string }) => ({
      kind: 'whole',
      document: 'query RestShow($name: String!) { model(name: $name) { name kind contextSize sizeBytes } }',
      variables: { name: modelNamed(model) },
      answer: ({ model: found }: { readonly model: ModelData | null }) => {
        if (!found) throw new StudioError('NOT_FOUND', 'There is no such model.', { argument: 'model' });
        return shown(found);
      },
    }),
  }),

  defineRoute({
    ...common,
    method: 'GET',
    path: '/api/version',
    summary: 'The version of the studio.',
    answer: VERSION_ANSWER,
    ask: () => ({
      kind: 'whole',
      document: 'query RestVersion { __typename }',
      variables: {},
      answer: () => ({ version: VERSION }),
    }),
  }),
];
