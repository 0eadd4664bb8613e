import type { LoadedModel } from './loaded-model.ts';
import type { Kind } from './load-plan.ts';
import type { RemoteModels } from './remote/remote-models.ts';
import type { Workers } from './workers.ts';

/** A model that answers, wherever it runs. */
export type ServingModel = Pick<LoadedModel, 'name' | 'contextSize' | 'count' | 'tokenize' | 'open' | 'openTexts'>;

export interface Serving {
  /**
   * A model that can chat or embed: one of another machine, else one of this, which is started if need be.
   * @throws StudioError as `Workers.use`; BAD_USER_INPUT
   */
  use(name: string, kind: Kind, signal: AbortSignal): Promise<ServingModel>;
  /** A chat was answered: the model works. */
  answered(name: string): void;
}

export const createServing = (
  workers: Pick<Workers, 'use' | 'answered'>,
  remotes: Pick<RemoteModels, 'find'>,
): Serving => ({
  use: async (name, kind, signal) => (await remotes.find(name))?.as(kind) ?? workers.use(name, kind, signal),
  answered: (name) => workers.answered(name),
});
