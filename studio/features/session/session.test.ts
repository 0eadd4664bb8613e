import { Client, fetchExchange } from 'urql';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Grant } from './decisions.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import { createSession } from './session.ts';
import type { TokenKeeper } from './token-keeper.ts';

const user = { id: '1', email: 'ada@devstudio.test', role: 'DEVELOPER' } as const;
const HOUR = 3_600;

/** A token of its number, which lives an hour. */
const token = (number: number): string => `h.${btoa(JSON.stringify({ iat: number, exp: number + HOUR }))}.s`;
const grant = (number: number): Grant => ({ accessToken: token(number), refreshToken: `r${number}`, user });

const memoryKeeper = (kept: string | null = null): TokenKeeper & { hear: (grant: Grant) => void } => {
  let held = kept;
  let hear: (grant: Grant) => void = () => {};
  return {
    read: () => held,
    keep: (next) => (held = next),
    replace: (_, next) => (held = next.refreshToken),
    clear: () => (held = null),
    onReplaced: (listener) => (hear = listener),
    alone: (work) => work(),
    hear: (next) => {
      held = next.refreshToken;
      hear(next);
    },
  };
};

const memoryDevices = (): DeviceKeeper => {
  const kept = new Map<string, string>();
  return { read: (email) => kept.get(email) ?? null, keep: (email, token) => void kept.set(email, token) };
};

type Reply = { readonly data: unknown } | { readonly code: string } | 'unreachable';

/** A door whose server answers as the test says, and what it was asked. */
const doorOf = (...replies: readonly Reply[]) => {
  let asked = 0;
  const rest = [...replies];
  const fetch = (): Promise<Response> => {
    asked += 1;
    const reply = rest.shift() ?? 'unreachable';
    if (reply === 'unreachable') return Promise.reject(new TypeError('fetch failed'));
    const errors = 'code' in reply ? [{ message: 'no', extensions: { code: reply.code, mend: 'mend' } }] : undefined;
    const body = JSON.stringify(errors ? { data: null, errors } : reply);
    return Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }));
  };
  const client = new Client({
    url: 'http://studio.test/graphql',
    exchanges: [fetchExchange],
    fetch,
    preferGetMethod: false,
  });
  return { client, asked: () => asked };
};

const refreshed = (number: number): Reply => ({ data: { refreshSession: grant(number) } });

afterEach(() => {
  vi.useRealTimers();
});

describe('a session', () => {
  test('is opened again from the kept token, which it replaces', async () => {
    const keeper = memoryKeeper('r0');
    const session = createSession(doorOf(refreshed(1)).client, keeper, memoryDevices());
    await session.restore();
    expect(session.state.get()).toEqual({ phase: 'signed in', user });
    expect([keeper.read(), await session.accessToken()]).toEqual(['r1', token(1)]);
  });

  test('without a kept token is not there, and has not expired', async () => {
    const { client, asked } = doorOf();
    const session = createSession(client, memoryKeeper(), memoryDevices());
    await session.restore();
    expect(session.state.get()).toEqual({ phase: 'signed out', expired: false });
    expect(asked()).toBe(0);
  });

  test('shows at the next sign-in with the same e-mail what it was given at the first', async () => {
    const devices = memoryDevices();
    const login = { ...grant(1), deviceToken: 'd1' };
    const session = createSession(doorOf({ data: { login } }).client, memoryKeeper(), devices);
    await session.signIn(user.email, 'password');
    expect([devices.read(user.email), devices.read('bob@devstudio.test')]).toEqual(['d1', null]);
  });

  test('that the server refuses has expired', async () => {
    const keeper = memoryKeeper('r0');
    const session = createSession(doorOf({ code: 'UNAUTHENTICATED' }).client, keeper, memoryDevices());
    await session.restore();
    expect(session.state.get()).toEqual({ phase: 'signed out', expired: true });
    expect(keeper.read()).toBeNull();
  });

  test('is kept while the server cannot be reached, and opened once it can', async () => {
    const keeper = memoryKeeper('r0');
    const session = createSession(doorOf('unreachable', refreshed(1)).client, keeper, memoryDevices());
    await session.restore();
    expect(session.state.get()).toMatchObject({ phase: 'unreachable', failure: { code: 'UNREACHABLE' } });
    expect(keeper.read()).toBe('r0');
    await session.restore();
    expect(session.state.get().phase).toBe('signed in');
  });

  test('is renewed once for many who need it at the same time', async () => {
    const { client, asked } = doorOf(refreshed(1), refreshed(2));
    const session = createSession(client, memoryKeeper('r0'), memoryDevices());
    await session.restore();
    const tokens = await Promise.all([session.renewed(token(1)), session.renewed(token(1)), session.renewed(token(1))]);
    expect(tokens).toEqual([token(2), token(2), token(2)]);
    // Somebody whose answer was late: the token that was refused has been replaced already.
    expect(await session.renewed(token(1))).toBe(token(2));
    expect(asked()).toBe(2);
  });

  test('is renewed before its token expires', async () => {
    vi.useFakeTimers();
    const session = createSession(doorOf(refreshed(1), refreshed(2)).client, memoryKeeper('r0'), memoryDevices());
    await session.restore();
    await vi.advanceTimersByTimeAsync(HOUR * 0.79 * 1000);
    expect(await session.accessToken()).toBe(token(1));
    await vi.advanceTimersByTimeAsync(HOUR * 0.02 * 1000);
    expect(await session.accessToken()).toBe(token(2));
  });

  test('takes over what another tab has renewed', async () => {
    const keeper = memoryKeeper('r0');
    const session = createSession(doorOf(refreshed(1)).client, keeper, memoryDevices());
    await session.restore();
    keeper.hear(grant(7));
    expect(await session.accessToken()).toBe(token(7));
  });

  test('ends at once when its owner signs out, even if the server does not hear of it', async () => {
    const keeper = memoryKeeper('r0');
    const session = createSession(doorOf(refreshed(1), 'unreachable').client, keeper, memoryDevices());
    await session.restore();
    const leaving = session.signOut();
    expect(session.state.get()).toEqual({ phase: 'signed out', expired: false });
    await leaving;
    expect([keeper.read(), await session.accessToken()]).toEqual([null, null]);
  });

  test('stays ended when a renewal answers after its owner has signed out', async () => {
    const session = createSession(
      doorOf(refreshed(1), refreshed(2), { data: { logout: true } }).client,
      memoryKeeper('r0'),
      memoryDevices(),
    );
    await session.restore();
    const renewing = session.renewed(token(1));
    await session.signOut();
    expect(await renewing).toBeNull();
    expect(session.state.get().phase).toBe('signed out');
  });

  test('is not opened by a wrong password', async () => {
    const session = createSession(doorOf({ code: 'UNAUTHENTICATED' }).client, memoryKeeper(), memoryDevices());
    await session.restore();
    const answer = await session.signIn('ada@devstudio.test', 'wrong');
    expect(answer).toMatchObject({ outcome: 'failed', failure: { code: 'UNAUTHENTICATED', mend: 'mend' } });
    expect(session.state.get().phase).toBe('signed out');
  });

  test('is opened by an identity provider, once this tab has begun that', async () => {
    const keeper = memoryKeeper();
    const session = createSession(doorOf({ data: { completeOidcLogin: grant(1) } }).client, keeper, memoryDevices());
    await session.completeProviderSignIn('ticket', 'http://studio.test/sign-in/oidc?code=c&state=s');
    expect(session.state.get()).toEqual({ phase: 'signed in', user });
    expect(keeper.read()).toBe('r1');
  });

  test('is neither opened nor ended by the address of a sign-in that this tab has not begun', async () => {
    const { client, asked } = doorOf();
    const stranger = createSession(client, memoryKeeper(), memoryDevices());
    await stranger.completeProviderSignIn(null, 'http://studio.test/sign-in/oidc?code=c&state=s');
    expect(stranger.state.get()).toMatchObject({ phase: 'signed out', failure: { code: 'UNAUTHENTICATED' } });
    expect(asked()).toBe(0);
    const member = createSession(doorOf(refreshed(1)).client, memoryKeeper('r0'), memoryDevices());
    await member.completeProviderSignIn(null, 'http://studio.test/sign-in/oidc?code=c&state=s');
    expect(member.state.get()).toEqual({ phase: 'signed in', user });
  });
});
