import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Identity } from '#mesh/identity.ts';
import { createLog } from '#mesh/log.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { createRefusals } from './refusals.ts';

const HERE = { address: '127.0.0.1', userAgent: null };
const identity = (userId: string): Identity => ({
  requestId: 'r',
  caller: { userId, email: 'e', role: 'DEVELOPER', credential: { kind: 'session', id: randomUUID() }, scopes: [] },
  client: HERE,
});

const told = () => {
  const fetch = vi.fn<Upstream['fetch']>(() => Promise.resolve({ data: { recordRefusal: true } }));
  const users: Upstream = {
    name: 'users',
    fetch,
    subscribe: () => Promise.reject(new Error('is not subscribed to')),
    readiness: () => Promise.resolve({ ready: true }),
    close: () => Promise.resolve(),
  };
  return { fetch, users };
};

test('a user’s refusals are told of three times a second, and those of all thirty times', () => {
  const { fetch, users } = told();
  let now = 0;
  const refusals = createRefusals(users, createLog('test', 'silent'), () => now);
  const one = identity(randomUUID());
  for (let index = 0; index < 10; index += 1) refusals.note(['Query.users'], one);
  expect(fetch).toHaveBeenCalledTimes(3);
  for (let index = 0; index < 100; index += 1) refusals.note(['Query.users'], identity(randomUUID()));
  expect(fetch).toHaveBeenCalledTimes(30);
  now = 1_000;
  refusals.note(['Query.users'], one);
  expect(fetch).toHaveBeenCalledTimes(31);
});

test('nothing is told of who has not signed in, nor of nothing', () => {
  const { fetch, users } = told();
  const refusals = createRefusals(users, createLog('test', 'silent'));
  refusals.note(['Query.users'], { requestId: 'r', caller: null, client: HERE });
  refusals.note([], identity(randomUUID()));
  expect(fetch).not.toHaveBeenCalled();
});

test('that it could not be told of stops nobody', async () => {
  const { fetch, users } = told();
  fetch.mockRejectedValueOnce(new Error('unreachable'));
  const refusals = createRefusals(users, createLog('test', 'silent'));
  expect(() => refusals.note(['Query.users'], identity(randomUUID()))).not.toThrow();
  await Promise.resolve();
});
