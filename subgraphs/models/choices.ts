import { StudioError } from '#mesh/errors.ts';
import type { ChatCompletionMapper, ChatEventMapper, ChoiceMapper } from './mappers.ts';

/** The answer so far, and what has come of it. */
const extend = (choice: ChoiceMapper, { text, toolCalls, logprobs, finishReason }: ChatEventMapper): ChoiceMapper => ({
  index: choice.index,
  text: choice.text + text,
  toolCalls: [...choice.toolCalls, ...toolCalls],
  logprobs: logprobs === null ? choice.logprobs : [...(choice.logprobs ?? []), ...logprobs],
  finishReason: finishReason ?? choice.finishReason,
});

/**
 * Gathers the pieces of a stream to its whole answers.
 * @throws StudioError SERVICE_UNAVAILABLE when the stream ends before it is complete; whatever the stream throws
 */
export const gather = async (events: AsyncIterable<ChatEventMapper>): Promise<ChatCompletionMapper> => {
  const choices: ChoiceMapper[] = [];
  for await (const event of events) {
    const { requestId, model, user, choice: index, usage } = event;
    const begun = choices[index] ?? { index, text: '', toolCalls: [], logprobs: null, finishReason: 'LENGTH' };
    choices[index] = extend(begun, event);
    if (usage) return { requestId, model, user, choices, usage };
  }
  throw new StudioError('SERVICE_UNAVAILABLE', 'The answer was left incomplete.');
};
