import type { Client } from 'urql';
import type { Failure } from '../../graph/failure.ts';
import { answerOf, type Answer, type Credentials } from '../../graph/graph.tsx';
import { createObservable, type Observable } from '../../state/observable.ts';
import { renewalDelay, renewalOf, type Grant, type SessionUser } from './decisions.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import { CompleteOidcLoginDocument, LoginDocument, LogoutDocument, RefreshSessionDocument } from './documents.ts';
import { strings } from './strings.ts';
import type { TokenKeeper } from './token-keeper.ts';

export type SessionState =
  | { readonly phase: 'restoring' }
  /** A session is kept, but the server could not be asked whether it is still in force. */
  | { readonly phase: 'unreachable'; readonly failure: Failure }
  /** `failure` says why the identity provider's answer opened none. */
  | { readonly phase: 'signed out'; readonly expired: boolean; readonly failure?: Failure }
  | { readonly phase: 'signed in'; readonly user: SessionUser };

export interface Session extends Credentials {
  readonly state: Pick<Observable<SessionState>, 'get' | 'subscribe'>;
  /** Opens the session that this tab kept over a reload, if there is one. */
  restore(): Promise<void>;
  /** @param code of the authenticator, where one is asked for */
  signIn(email: string, password: string, code?: string): Promise<Answer<unknown>>;
  /**
   * Ends a sign-in with the identity provider.
   * @param ticket what this tab kept when it began; null for a tab that has begun none
   * @param callbackUrl the address that the provider came back to
   */
  completeProviderSignIn(ticket: string | null, callbackUrl: string): Promise<void>;
  signOut(): Promise<void>;
}

/** Wait before a renewal that could not reach the server is tried again. */
const RETRY_MS = 5_000;

interface Access {
  readonly token: string;
  /** When it should be renewed, on this machine's clock. */
  readonly renewAt: number;
}

/**
 * The session of this tab.
 *
 * The access token lives in memory alone. The refresh token lies in `sessionStorage`: of the places that survive a
 * reload it is the one with the least reach, because it belongs to one tab and is gone with it, where `localStorage`
 * would keep it on the disk for every tab. (A cookie that scripts cannot read would be better still; the API, which
 * takes bearer tokens alone and so needs no defence against forged requests, sets none.)
 */
export const createSession = (door: Client, keeper: TokenKeeper, devices: DeviceKeeper): Session => {
  const state = createObservable<SessionState>({ phase: 'restoring' });
  let access: Access | null = null;
  let renewing: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const end = (expired: boolean): void => {
    clearTimeout(timer);
    access = null;
    keeper.clear();
    state.set({ phase: 'signed out', expired });
  };

  const accept = (grant: Grant): void => {
    const delay = renewalDelay(grant.accessToken);
    access = { token: grant.accessToken, renewAt: Date.now() + delay };
    clearTimeout(timer);
    timer = setTimeout(() => void renew(), delay);
    const now = state.get();
    const same = now.phase === 'signed in' && now.user.id === grant.user.id && now.user.role === grant.user.role;
    if (!same) state.set({ phase: 'signed in', user: grant.user });
  };

  const open = (grant: Grant): void => {
    keeper.keep(grant.refreshToken);
    accept(grant);
  };

  const exchange = async (): Promise<void> => {
    const spent = keeper.read();
    if (spent === null) return end(true);
    const answer = answerOf(await door.mutation(RefreshSessionDocument, { refreshToken: spent }).toPromise());
    // Signed out, or given a new session by another tab, while the answer was on its way.
    if (keeper.read() !== spent) return;
    const renewal = renewalOf(answer);
    if (renewal.outcome === 'renewed') {
      keeper.replace(spent, renewal.grant);
      accept(renewal.grant);
    } else if (renewal.outcome === 'ended') end(true);
    else if (state.get().phase === 'signed in') timer = setTimeout(() => void renew(), RETRY_MS);
    else state.set({ phase: 'unreachable', failure: renewal.failure });
  };

  /** One renewal at a time: a refresh token that is used twice ends the whole session. */
  const renew = (): Promise<void> => {
    const asked = access;
    renewing ??= keeper
      .alone(async () => {
        if (access === asked) await exchange();
      })
      .finally(() => {
        renewing = null;
      });
    return renewing;
  };

  const restore = async (): Promise<void> => {
    if (keeper.read() === null) return end(false);
    state.set({ phase: 'restoring' });
    await renew();
  };

  keeper.onReplaced(accept);

  return {
    state,
    restore,
    signIn: async (email, password, code) => {
      const shown = { email, password, code: code ?? null, deviceToken: devices.read(email) };
      const answer = answerOf(await door.mutation(LoginDocument, shown).toPromise());
      if (answer.outcome === 'answered') {
        const { deviceToken } = answer.data.login;
        if (deviceToken) devices.keep(email, deviceToken);
        open(answer.data.login);
      }
      return answer;
    },
    completeProviderSignIn: async (ticket, callbackUrl) => {
      // An address that somebody else has made up ends no session.
      if (ticket === null && keeper.read() !== null) return restore();
      state.set({ phase: 'restoring' });
      const answer: Answer<{ readonly completeOidcLogin: Grant }> =
        ticket === null
          ? { outcome: 'failed', failure: { code: 'UNAUTHENTICATED', ...strings.foreignSignIn, requestId: null } }
          : answerOf(await door.mutation(CompleteOidcLoginDocument, { ticket, callbackUrl }).toPromise());
      if (answer.outcome === 'answered') return open(answer.data.completeOidcLogin);
      state.set({ phase: 'signed out', expired: false, failure: answer.failure });
    },
    signOut: async () => {
      const token = access?.token;
      end(false);
      // The tab has forgotten the tokens already; the server is told so that a copy of them is worth nothing.
      if (token) {
        await door
          .mutation(LogoutDocument, {}, { fetchOptions: { headers: { authorization: `Bearer ${token}` } } })
          .toPromise();
      }
    },
    accessToken: async () => {
      if (access && Date.now() >= access.renewAt) await renew();
      return access?.token ?? null;
    },
    renewed: async (refused) => {
      if (access?.token === refused) await renew();
      return access && access.token !== refused ? access.token : null;
    },
  };
};
