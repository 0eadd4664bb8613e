import { useSyncExternalStore } from 'react';

/** What the page shows. It stands in the address's fragment, so that no path of the gateway can collide with it. */
export interface Route {
  /** The conversation that is open; null for a new one. */
  readonly conversation: string | null;
}

/** Reads `#/chat/<id>`; everything else is a new conversation. */
export const parseRoute = (hash: string): Route => {
  const id = /^#\/chat\/([\w-]{1,64})$/.exec(hash)?.[1];
  return { conversation: id ?? null };
};

/** The fragment of a route. */
export const formatRoute = ({ conversation }: Route): string =>
  conversation === null ? '#/chat' : `#/chat/${conversation}`;

const subscribe = (listener: () => void): (() => void) => {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
};

/** The conversation that the address names. */
export const useRoute = (): Route => parseRoute(useSyncExternalStore(subscribe, () => location.hash));

/** Goes to a route; the browser's back button leads to the one before. */
export const goTo = (route: Route): void => {
  location.hash = formatRoute(route);
};
