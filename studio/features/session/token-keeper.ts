import type { Grant } from './decisions.ts';

/** Keeps the refresh token of this tab. */
export interface TokenKeeper {
  read(): string | null;
  keep(token: string): void;
  /** Keeps the token of `grant` in place of `spent`, in every tab that holds `spent`. */
  replace(spent: string, grant: Grant): void;
  clear(): void;
  /** Calls `listener` when another tab has replaced the token that this one held. */
  onReplaced(listener: (grant: Grant) => void): void;
  /** Runs `work` while no other tab runs such work. */
  alone(work: () => Promise<void>): Promise<void>;
}

const KEY = 'session';

interface Replaced {
  readonly spent: string;
  readonly grant: Grant;
}

/**
 * The keeper that a browser offers. A duplicated tab begins with a copy of `sessionStorage`, and so with the same
 * refresh token: renewals are run one after another, and each tells its successor to the tabs that hold the old one.
 */
export const createTokenKeeper = (): TokenKeeper => {
  const channel = new BroadcastChannel(KEY);
  return {
    read: () => sessionStorage.getItem(KEY),
    keep: (token) => sessionStorage.setItem(KEY, token),
    replace: (spent, grant) => {
      sessionStorage.setItem(KEY, grant.refreshToken);
      // A channel reaches this origin alone.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      channel.postMessage({ spent, grant } satisfies Replaced);
    },
    clear: () => sessionStorage.removeItem(KEY),
    onReplaced: (listener) => {
      channel.addEventListener('message', ({ data }: MessageEvent<Replaced>) => {
        if (sessionStorage.getItem(KEY) !== data.spent) return;
        sessionStorage.setItem(KEY, data.grant.refreshToken);
        listener(data.grant);
      });
    },
    // Locks exist in secure contexts only; over plain http in a network, the server's grace period has to do.
    alone: async (work) => {
      const locks: LockManager | undefined = navigator.locks;
      await (locks ? locks.request(KEY, work) : work());
    },
  };
};
