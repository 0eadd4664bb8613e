import type { LoadedModel } from './loaded-model.ts';
import type { Prompt, Turn } from './worker/protocol.ts';

/** A part of the context that is kept free for the answer, unless less is asked for. */
const ROOM_SHARE = 1 / 4;

/** Without what was said before one of the user's turns; what the system says stays. */
const since = (turns: readonly Turn[], start: number): readonly Turn[] =>
  turns.filter(({ role }, at) => at >= start || role === 'SYSTEM');

/**
 * A conversation without its oldest exchanges, as few as need be.
 * @param fits whether a prompt leaves room for an answer; of fewer turns it is true if it is of more
 * @returns the conversation as it is when it fits, and when not even its last exchange does
 */
export const shiftTurns = async (
  turns: readonly Turn[],
  fits: (turns: readonly Turn[]) => Promise<boolean>,
): Promise<readonly Turn[]> => {
  if (await fits(turns)) return turns;
  const starts = turns.flatMap(({ role }, at) => (role === 'USER' ? [at] : []));
  let fitting: readonly Turn[] | undefined;
  let from = 0;
  let to = starts.length - 1;
  while (from <= to) {
    const middle = Math.floor((from + to) / 2);
    const shorter = since(turns, starts[middle] ?? 0);
    if (await fits(shorter)) {
      fitting = shorter;
      to = middle - 1;
    } else {
      from = middle + 1;
    }
  }
  return fitting ?? turns;
};

/**
 * The prompts, conversations shortened until an answer has its room. Texts stay as they are.
 * @throws StudioError as `LoadedModel.count`
 */
export const shifted = (
  model: Pick<LoadedModel, 'contextSize' | 'count'>,
  { prompts, maxTokens }: { readonly prompts: readonly Prompt[]; readonly maxTokens: number | null },
  signal: AbortSignal,
): Promise<readonly Prompt[]> => {
  const share = Math.floor(model.contextSize * ROOM_SHARE);
  const most = model.contextSize - 1 - Math.min(maxTokens ?? share, share);
  return Promise.all(
    prompts.map(async (prompt) => {
      if (prompt.kind === 'text') return prompt;
      const turns = await shiftTurns(
        prompt.turns,
        async (shorter) => (await model.count({ ...prompt, turns: shorter }, signal)) <= most,
      );
      return { ...prompt, turns };
    }),
  );
};
