import type { ModelsQuery } from '#codegen/studio/graphql.ts';

export type Model = ModelsQuery['models'][number];

/** The model that ships with the studio. */
const BUILT_IN = 'starter';

/**
 * The model that answers: the one that was chosen while it is still installed, else one that is loaded already, else
 * the built-in one, else any. Null when no chat model is installed.
 */
export const answeringModel = (models: readonly Model[], chosen: string | null): Model | null => {
  const chat = models.filter(({ kind, status }) => kind === 'CHAT' && status !== 'NOT_INSTALLED');
  return (
    chat.find(({ name }) => name === chosen) ??
    chat.find(({ status }) => status === 'LOADED') ??
    chat.find(({ name }) => name === BUILT_IN) ??
    chat[0] ??
    null
  );
};
