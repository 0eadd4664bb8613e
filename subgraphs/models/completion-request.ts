import type { CompletionInput } from '#codegen/models.ts';
import { refuse, within } from './bounds.ts';
import { MAX_CONTENT_BYTES } from './chat-messages.ts';
import { MAX_ANSWERS, type GenerationRequest } from './chat-request.ts';
import { readSampling } from './decoding.ts';
import { withDefaults } from './model-settings.ts';
import type { ModelSettings } from './store/settings.ts';

const MAX_PROMPTS = 8;
/** Continuations of all prompts together. */
const MAX_CONTINUATIONS = 16;

/** @throws StudioError BAD_USER_INPUT when a text is longer than the model should have to count */
export const readText = (argument: string, text: string): string => {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_CONTENT_BYTES) return text.toWellFormed();
  return refuse(argument, `${argument} holds ${bytes} bytes; it may hold ${MAX_CONTENT_BYTES}.`);
};

const readPrompts = (texts: readonly string[]): readonly string[] => {
  if (texts.length < 1 || texts.length > MAX_PROMPTS) {
    return refuse('prompt', `prompt has ${texts.length} texts; it must have 1 to ${MAX_PROMPTS}.`);
  }
  if (texts.includes('')) return refuse('prompt', 'A text of prompt is empty.');
  readText('prompt', texts.join(''));
  return texts.map((text) => text.toWellFormed());
};

/**
 * Validates a completion that a client asks for.
 * @throws StudioError BAD_USER_INPUT naming the argument that is out of bounds
 */
const readCompletionRequest = (input: CompletionInput): GenerationRequest => {
  const prompts = readPrompts(input.prompt);
  if ((input.suffix ?? '') !== '')
    return refuse('suffix', 'suffix is not supported: only what follows a text is written.');
  const answers = within('n', input.n ?? 1, 1, MAX_ANSWERS);
  if (answers * prompts.length > MAX_CONTINUATIONS) {
    return refuse('n', `n times the prompts is ${answers * prompts.length}; it may be ${MAX_CONTINUATIONS}.`);
  }
  const echo = input.echo === true;
  if (echo && input.logprobs === true) return refuse('logprobs', 'The tokens of an echo have no logprobs.');
  return {
    ...readSampling(input),
    model: input.model,
    prompts: prompts.map((text) => ({ kind: 'text', text })),
    form: { kind: 'free', mostCalls: 0 },
    answers,
    echo,
    shifts: false,
  };
};

/** A completion as the service takes it, likewise. */
export const askCompletion = (input: CompletionInput) => ({
  kind: 'COMPLETION' as const,
  model: input.model,
  read: (settings: ModelSettings): GenerationRequest => readCompletionRequest(withDefaults(input, settings)),
});
