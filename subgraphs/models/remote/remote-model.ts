import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { refuse } from '../bounds.ts';
import { checkKind, type Kind } from '../load-plan.ts';
import type { ServingModel } from '../serving.ts';
import { generateRemotely } from './conversation.ts';
import { estimatePrompt } from './estimate.ts';
import { openServers } from './servers.ts';
import { createShares } from './shares.ts';
import { openRemoteTexts } from './texts.ts';
import type { Patience } from './transport.ts';

/** A model that servers elsewhere answer for, as an admin has described it. */
export interface RemoteDescription {
  readonly name: string;
  readonly kind: 'CHAT' | 'EMBEDDING';
  /** As the servers call it. */
  readonly model: string;
  readonly urls: readonly string[];
  /** Tokens that prompt and answer may have together. */
  readonly contextSize: number;
}

export interface RemoteModel extends ServingModel, RemoteDescription {
  /** `LOADED` while one of its servers answers, `CRASHED` while none does, `AVAILABLE` until one was heard of. */
  status(): 'AVAILABLE' | 'LOADED' | 'CRASHED';
  lastError(): string | null;
  /** This model, for what it was made. @throws StudioError BAD_USER_INPUT for the other kind */
  as(kind: Kind): ServingModel;
  /** Asks its servers how they do. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface RemoteOptions {
  readonly key: string | undefined;
  readonly patience?: Patience;
  readonly onChange: () => void;
  readonly log: Log;
}

/** Requests of one user that a server works on: a quarter of all, so that nobody takes it from the others. */
const MOST_OF_ONE = 64;

export const openRemoteModel = (description: RemoteDescription, options: RemoteOptions): RemoteModel => {
  const { name, kind, model, urls, contextSize } = description;
  const servers = openServers({ name, urls, ...options });
  const shares = createShares(MOST_OF_ONE * urls.length);
  /** @throws StudioError OVERLOADED */
  const shareOf = (user: string): (() => void) => {
    const giveBack = shares.take(user);
    if (giveBack) return giveBack;
    throw new StudioError('OVERLOADED', `You have too many requests to ${name} under way: wait until one has ended.`);
  };
  /** A prompt has a token at least. */
  const room = contextSize - 1;
  const uncounted = (): never =>
    refuse('model', `${name} is served by another machine: its tokens are counted there, when it answers.`);

  const remote: RemoteModel = {
    ...description,
    status: () => {
      const answering = servers.answering();
      if (answering === undefined) return 'AVAILABLE';
      return answering ? 'LOADED' : 'CRASHED';
    },
    lastError: () => servers.lastError(),
    as: (wanted) => {
      checkKind(name, kind, wanted);
      return remote;
    },
    look: () => servers.look(),
    close: () => servers.close(),
    count: async () => uncounted(),
    tokenize: async () => uncounted(),
    open: async (prompts, user) => {
      // Every answer frees its own server.
      const giveBack = shareOf(user);
      return {
        prompts: prompts.map((prompt) => {
          const { most, likely } = estimatePrompt(prompt, contextSize);
          return { promptTokens: most, likelyTokens: likely, room };
        }),
        generate: (index, asked, signal) => {
          const prompt = prompts[index];
          if (!prompt) throw new Error(`there is no prompt ${index}`);
          return generateRemotely(servers, { name, model }, prompt, asked, room, signal);
        },
        [Symbol.dispose]: giveBack,
      };
    },
    openTexts: async (texts, user) => {
      const giveBack = shareOf(user);
      return { ...openRemoteTexts(servers, { name, model, contextSize }, texts), [Symbol.dispose]: giveBack };
    },
  };
  return remote;
};
