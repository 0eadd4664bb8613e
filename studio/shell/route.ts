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

/** Where the identity provider sends people back to. */
const CALLBACK_PATH = '/sign-in/oidc';

/** An address that somebody comes by who has not signed in. It bears a secret, and is to be taken out of sight at once. */
export type Arrival =
  | { readonly from: 'provider'; readonly callbackUrl: string }
  | { readonly from: 'reset link'; readonly token: string };

/** Reads `/sign-in/oidc?…` and `#/reset?token=…`; null for every other address. */
export const parseArrival = (href: string): Arrival | null => {
  const { pathname, hash } = new URL(href);
  if (pathname === CALLBACK_PATH) return { from: 'provider', callbackUrl: href };
  const token = /^#\/reset\?token=([\w-]{1,128})$/.exec(hash)?.[1];
  return token === undefined ? null : { from: 'reset link', token };
};

/** Takes an arrival out of the address and of the history. */
export const takeArrival = (): Arrival | null => {
  const arrival = parseArrival(location.href);
  if (arrival) history.replaceState(null, '', '/');
  return arrival;
};

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
