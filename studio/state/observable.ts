import { useSyncExternalStore } from 'react';

/** A value that components and effects outside React share. */
export interface Observable<T> {
  get(): T;
  set(value: T): void;
  /** Calls `listener` after each change; answers what ends that. */
  subscribe(listener: () => void): () => void;
}

/** Makes an observable value. Setting what it already is tells nobody. */
export const createObservable = <T>(initial: T): Observable<T> => {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** The value now; the component renders again when it changes. */
export const useObservable = <T>(observable: Pick<Observable<T>, 'get' | 'subscribe'>): T =>
  useSyncExternalStore(observable.subscribe, observable.get);
