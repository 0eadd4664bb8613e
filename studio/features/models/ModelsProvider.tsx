import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { useQuery } from 'urql';
import { failureOf, type Failure } from '../../graph/failure.ts';
import { useGraph } from '../../graph/graph.tsx';
import { useObservable } from '../../state/observable.ts';
import { answeringModel, type Model } from './choice.ts';
import { ModelEventsDocument, ModelsDocument } from './documents.ts';

export interface Models {
  readonly models: readonly Model[];
  readonly loading: boolean;
  readonly failure: Failure | null;
  /** The model that answers; null when none is installed. */
  readonly answering: Model | null;
  readonly choose: (name: string) => void;
}

const ModelsContext = createContext<Models | null>(null);

const KEPT = 'model';

/**
 * Keeps the list of models as it is on the server. An event says only that something has changed, and the list is
 * asked for anew: so there is one source of what is true, and an event that was missed does no harm.
 */
export const ModelsProvider = ({ children }: { readonly children: ReactNode }) => {
  const { connection, follow } = useGraph();
  const state = useObservable(connection);
  const [{ data, error, fetching }, ask] = useQuery({ query: ModelsDocument });
  const [chosen, setChosen] = useState(() => localStorage.getItem(KEPT));

  useEffect(() => follow(ModelEventsDocument, () => ask({ requestPolicy: 'network-only' })), [ask, follow]);

  // What happened while nothing could be heard.
  useEffect(() => {
    if (state === 'connected') ask({ requestPolicy: 'network-only' });
  }, [ask, state]);

  const choose = useCallback((name: string) => {
    localStorage.setItem(KEPT, name);
    setChosen(name);
  }, []);

  const value = useMemo<Models>(() => {
    const models = data?.models ?? [];
    return {
      models,
      loading: fetching && !data,
      failure: error ? failureOf(error) : null,
      answering: answeringModel(models, chosen),
      choose,
    };
  }, [choose, chosen, data, error, fetching]);

  return <ModelsContext value={value}>{children}</ModelsContext>;
};

export const useModels = (): Models => {
  const models = use(ModelsContext);
  if (!models) throw new Error('useModels needs a ModelsProvider above it');
  return models;
};
