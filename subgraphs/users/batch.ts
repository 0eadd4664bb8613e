import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Collects the keys that are asked for in one turn of the event loop and loads them together, so that a list of a
 * thousand users costs one query.
 * @param load answers what it found by key; a key that is missing there has nothing
 */
export const batched = <Value>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): ((key: string) => Promise<Value | undefined>) => {
  let keys = new Set<string>();
  let loading: Promise<ReadonlyMap<string, Value>> | undefined;
  const loadTogether = async (): Promise<ReadonlyMap<string, Value>> => {
    await nextTurn();
    const asked = [...keys];
    keys = new Set();
    loading = undefined;
    return load(asked);
  };
  return async (key) => {
    keys.add(key);
    loading ??= loadTogether();
    return (await loading).get(key);
  };
};

/** One batch per request: callers of different requests never share an answer. */
export const perRequest = <Made>(make: () => Made): ((request: object) => Made) => {
  const made = new WeakMap<object, Made>();
  return (request) => {
    const found = made.get(request);
    if (found !== undefined) return found;
    const fresh = make();
    made.set(request, fresh);
    return fresh;
  };
};
