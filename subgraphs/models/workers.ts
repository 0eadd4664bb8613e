import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { abortable } from '#mesh/abortable.ts';
import type { Catalogue } from './catalogue.ts';
import type { Changes } from './changes.ts';
import { optionsOf } from './model-settings.ts';
import { estimateMemory } from './memory-plan.ts';
import { checkKind, planLoad, wishesAgainst, type Kind, type ModelOptions } from './load-plan.ts';
import { startModel, type LoadedModel } from './loaded-model.ts';
import { processors as processorsHere } from './processors.ts';
import { createResidents, type Place, type ResidenceRules } from './residents.ts';
import type { Settings } from './settings.ts';
import { after, decideStart, INITIAL_STATE, type ModelHappening, type ModelState } from './model-state.ts';
import type { LoadOptions } from './worker/protocol.ts';

/** Every model's worker. */
export interface Workers {
  /** What all workers together may take, in bytes. */
  readonly budget: number;
  /**
   * A model that can chat or embed, started if need be; any number of callers at once share one start.
   * @throws StudioError BAD_USER_INPUT when it is one of the other kind, MODEL_NOT_LOADED when it is not installed, cannot
   *   be loaded or is an admin's to load, INSUFFICIENT_MEMORY, MODEL_CRASHED when it crashed too often to be started again
   *   now; the signal's reason
   */
  use(name: string, kind: Kind, signal: AbortSignal): Promise<LoadedModel>;
  /**
   * As `use`, with an admin's options and however often it crashed.
   * @throws StudioError as `use`, and CONFLICT when it is loaded already, or was loading, with other options
   */
  load(name: string, options: ModelOptions, signal: AbortSignal): Promise<LoadedModel>;
  /** Ends a model's worker; its chats fail with MODEL_NOT_LOADED. */
  unload(name: string): Promise<void>;
  stateOf(name: string): ModelState;
  /** The model's worker, if it runs. */
  loaded(name: string): LoadedModel | undefined;
  /** Every model whose worker runs. */
  allLoaded(): readonly LoadedModel[];
  /** A chat was answered: the model works. */
  answered(name: string): void;
  /** Ends every worker. */
  stop(): Promise<void>;
}

/** How models come into memory, and how long they stay. */
export interface WorkerRules extends ResidenceRules {
  /** Whether a request loads its model. */
  readonly onDemand: boolean;
  /** How many this process may use: at most as many as the quota of its control group is worth. */
  readonly processors?: number;
  /** How often it is looked who was left alone. */
  readonly lookMs?: number;
}

/** A load from a slow disk may take long, but not for ever. */
const LOAD_TIMEOUT_MS = 300_000;

interface Entry {
  state: ModelState;
  model: LoadedModel | undefined;
  start: { readonly done: Promise<LoadedModel>; readonly controller: AbortController } | undefined;
}

const unloaded = (name: string, why = ''): StudioError =>
  new StudioError('MODEL_NOT_LOADED', `${name} was unloaded${why}.`);
const stopping = (): StudioError => new StudioError('SERVICE_UNAVAILABLE', 'The studio is stopping.');

export const createWorkers = (
  catalogue: Catalogue,
  settings: Pick<Settings, 'of'>,
  changes: Changes,
  log: Log,
  rules: WorkerRules,
): Workers => {
  const { onDemand, lookMs, processors = processorsHere() } = rules;
  const entries = new Map<string, Entry>();
  let stopped = false;

  const entryOf = (name: string): Entry => {
    const known = entries.get(name);
    if (known) return known;
    const entry: Entry = { state: INITIAL_STATE, model: undefined, start: undefined };
    entries.set(name, entry);
    return entry;
  };

  const happened = (name: string, entry: Entry, happening: ModelHappening): void => {
    const before = entry.state;
    entry.state = after(before, happening, Date.now());
    if (entry.state === before) return;
    log.info({ model: name, happening: happening.type, reason: entry.state.lastError ?? undefined }, 'a model changed');
    changes.publish(name);
  };

  const notInstalled = async (name: string): Promise<StudioError> => {
    const names: string[] = [];
    // Of those that are for some, nobody learns from an error.
    for (const model of await catalogue.list()) {
      if ((await settings.of(model.name)).roles === null) names.push(model.name);
    }
    const known = names.length > 0 ? `Installed: ${names.join(', ')}.` : 'No model is installed for everybody.';
    return new StudioError('MODEL_NOT_LOADED', `There is no model ${JSON.stringify(name.slice(0, 128))}. ${known}`);
  };

  const residents = createResidents(
    rules,
    async (name, reason) => {
      const entry = entries.get(name);
      if (entry?.model) await end(name, entry, unloaded(name, `: ${reason}`));
    },
    log,
    lookMs,
  );

  const watch = async (name: string, entry: Entry, model: LoadedModel): Promise<void> => {
    const reason = await model.ended;
    // Unless it was ended on purpose.
    if (entry.model !== model) return;
    entry.model = undefined;
    happened(name, entry, { type: 'crashed', reason });
  };

  const start = async (
    name: string,
    entry: Entry,
    options: ModelOptions,
    kind: Kind | null,
    signal: AbortSignal,
  ): Promise<LoadedModel> => {
    const installed = await catalogue.find(name);
    if (!installed) throw await notInstalled(name);
    const plan = planLoad(installed, optionsOf(options, await settings.of(name)), processors);
    if (kind !== null) checkKind(name, plan.kind, kind);
    const place = await residents.admit(name, estimateMemory(installed, plan));
    try {
      return await run(name, entry, plan, place, signal);
    } catch (error) {
      place.leave();
      throw error;
    }
  };

  const run = async (
    name: string,
    entry: Entry,
    plan: LoadOptions,
    place: Place,
    signal: AbortSignal,
  ): Promise<LoadedModel> => {
    happened(name, entry, { type: 'load began' });
    const timeout = AbortSignal.timeout(LOAD_TIMEOUT_MS);
    const result = await startModel(name, plan, AbortSignal.any([signal, timeout]), log).catch((error: unknown) => {
      if (!timeout.aborted || signal.aborted) throw error;
      return { outcome: 'not loaded', reason: `it took longer than ${LOAD_TIMEOUT_MS / 60_000} minutes` } as const;
    });
    if (result.outcome !== 'loaded') {
      happened(name, entry, { type: result.outcome === 'crashed' ? 'crashed' : 'load failed', reason: result.reason });
      throw new StudioError('MODEL_NOT_LOADED', `${name} cannot be loaded: ${result.reason}.`);
    }
    const { model } = result;
    entry.model = model;
    place.taken(model);
    happened(name, entry, { type: 'loaded' });
    void watch(name, entry, model);
    return model;
  };

  /** @param kind what the model must be for; null: either */
  const begin = (name: string, options: ModelOptions, kind: Kind | null): Promise<LoadedModel> => {
    if (stopped) return Promise.reject(stopping());
    const entry = entryOf(name);
    const controller = new AbortController();
    const done = start(name, entry, options, kind, controller.signal).finally(() => {
      entry.start = undefined;
      // Names that are no model's leave nothing behind.
      if (entry.state === INITIAL_STATE) entries.delete(name);
    });
    entry.start = { done, controller };
    return done;
  };

  const end = async (name: string, entry: Entry, reason: StudioError): Promise<void> => {
    entry.start?.controller.abort(reason);
    // Whoever waits for the start is told; here it only has to be over.
    await entry.start?.done.catch(() => {});
    const { model } = entry;
    entry.model = undefined;
    happened(name, entry, { type: 'unloaded' });
    await model?.close(reason);
  };

  return {
    budget: rules.budget,
    stateOf: (name) => entries.get(name)?.state ?? INITIAL_STATE,
    loaded: (name) => entries.get(name)?.model,
    allLoaded: () => Array.from(entries.values(), ({ model }) => model).filter((model) => model !== undefined),
    use: async (name, kind, signal) => {
      residents.used(name);
      const loads = (await settings.of(name)).onDemand ?? onDemand;
      // From here until a start is known nothing is waited for: no two begin one.
      const entry = entries.get(name);
      const running = entry?.model ?? entry?.start?.done;
      if (running) {
        const model = await abortable(Promise.resolve(running), signal);
        checkKind(name, model.options.kind, kind);
        return model;
      }
      const decision = decideStart(entry?.state ?? INITIAL_STATE, Date.now());
      // One that crashed was loaded by an admin.
      if (!loads && entry?.state.status !== 'CRASHED') {
        throw new StudioError('MODEL_NOT_LOADED', `${name} is not loaded; an admin loads it with loadModel.`);
      }
      if (decision.decision === 'start') return abortable(begin(name, {}, kind), signal);
      throw new StudioError(
        'MODEL_CRASHED',
        `${name} has failed several times in a row and rests for ${decision.seconds} s, unless an admin loads it with loadModel: ${decision.reason}.`,
        { retryAfterSeconds: decision.seconds },
      );
    },
    load: async (name, options, signal) => {
      const entry = entries.get(name);
      const running = entry?.model ?? entry?.start?.done;
      if (!running) return abortable(begin(name, options, null), signal);
      const model = await abortable(Promise.resolve(running), signal);
      const different = wishesAgainst(model.options, model.contextSize, options);
      if (different.length === 0) return model;
      throw new StudioError('CONFLICT', `${name} is loaded with ${different.join(' and ')}; unload it first.`);
    },
    unload: async (name) => {
      if (!(await catalogue.find(name))) throw await notInstalled(name);
      const entry = entries.get(name);
      if (entry) await end(name, entry, unloaded(name));
    },
    answered: (name) => {
      const entry = entries.get(name);
      if (entry) happened(name, entry, { type: 'answered' });
    },
    stop: async () => {
      stopped = true;
      residents.stop();
      await Promise.all([...entries].map(([name, entry]) => end(name, entry, stopping())));
    },
  };
};
