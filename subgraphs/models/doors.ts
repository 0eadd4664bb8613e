import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import { allow } from './model-settings.ts';
import type { Settings } from './settings.ts';
import type { BillingStore } from './store/billing.ts';
import type { ModelSettings } from './store/settings.ts';

/** The door of each model. */
export interface Doors {
  /**
   * Lets somebody in before anything is loaded or counted for him, and tells what is set for the model.
   * @throws StudioError FORBIDDEN when the model is for others, or his API key is; SERVICE_UNAVAILABLE
   */
  enter(model: string, caller: Pick<Caller, 'role' | 'userId' | 'credential'>): Promise<ModelSettings>;
}

export const createDoors = (
  settings: Pick<Settings, 'of'>,
  billing: Pick<BillingStore, 'keyReaches'>,
  log: Log,
): Doors => ({
  enter: async (model, caller) => {
    const inForce = await settings.of(model);
    allow(model, inForce, caller);
    const { kind, id } = caller.credential;
    if (kind !== 'key') return inForce;
    const reaches = await billing.keyReaches(id, model).catch((error: unknown) => {
      log.error({ error }, 'the models of a key were not read');
      throw new StudioError('SERVICE_UNAVAILABLE', 'The database cannot be read at the moment.');
    });
    if (!reaches) throw new StudioError('FORBIDDEN', `This API key may not use the model ${model}.`);
    return inForce;
  },
});
