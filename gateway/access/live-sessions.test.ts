import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { StudioError } from '#mesh/errors.ts';
import { createLog } from '#mesh/log.ts';
import type { Role } from '#mesh/identity.ts';
import { watchSessions, type WatchSession } from './live-sessions.ts';

const INTERVAL_MS = 250;

let roles: Map<string, Role>;
let questions: (readonly string[])[];
let answer: () => Promise<void>;
let watch: WatchSession;

beforeEach(() => {
  vi.useFakeTimers();
  roles = new Map([
    ['a', 'DEVELOPER'],
    ['b', 'ADMIN'],
  ]);
  questions = [];
  answer = () => Promise.resolve();
  const accounts = {
    standings: async (ids: readonly string[]) => {
      questions.push(ids);
      const known = new Map(roles);
      await answer();
      return known;
    },
  };
  watch = watchSessions(accounts, createLog('test', 'silent'), INTERVAL_MS);
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = () => vi.advanceTimersByTimeAsync(INTERVAL_MS);
const open = (id: string, role: Role) => {
  const end = vi.fn<(why: StudioError) => void>();
  return { end, forget: watch({ credential: { kind: 'session', id }, role, scopes: [] }, end) };
};

test('a stream goes on while its session and role stand, and ends once when the session is gone', async () => {
  const { end } = open('a', 'DEVELOPER');
  await pass();
  expect(end).not.toHaveBeenCalled();
  roles.delete('a');
  await pass();
  await pass();
  expect(end).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
});

test('another role ends the streams of that user and of no other', async () => {
  const streams = [open('a', 'DEVELOPER'), open('a', 'DEVELOPER')];
  const other = open('b', 'ADMIN');
  roles.set('a', 'VIEWER');
  await pass();
  for (const { end } of streams) {
    expect(end).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'FORBIDDEN' }));
  }
  expect(other.end).not.toHaveBeenCalled();
});

test('all sessions are one question, each of them once, and none is asked without a stream', async () => {
  const streams = [open('a', 'DEVELOPER'), open('a', 'DEVELOPER'), open('b', 'ADMIN')];
  await pass();
  expect(questions).toEqual([['a', 'b']]);
  for (const { forget } of streams) forget();
  await pass();
  await pass();
  expect(questions).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('very many sessions are asked about in parts', async () => {
  for (let id = 0; id < 1_001; id += 1) {
    roles.set(`s${id}`, 'VIEWER');
    open(`s${id}`, 'VIEWER');
  }
  await pass();
  expect(questions.map(({ length }) => length)).toEqual([500, 500, 1]);
});

test('there is one question at a time, and one without an answer ends nothing and is asked again', async () => {
  const { end } = open('a', 'DEVELOPER');
  const waiting = Promise.withResolvers<void>();
  answer = () => waiting.promise;
  await pass();
  await pass();
  expect(questions).toHaveLength(1);
  waiting.reject(new Error('gone'));
  await pass();
  expect(questions).toHaveLength(2);
  expect(end).not.toHaveBeenCalled();
});

test('a stream of which nobody can say for a minute whether it may go on ends, and no other', async () => {
  const { end } = open('a', 'DEVELOPER');
  answer = () => Promise.reject(new Error('gone'));
  await vi.advanceTimersByTimeAsync(40_000);
  const later = open('b', 'ADMIN');
  await vi.advanceTimersByTimeAsync(19_000);
  expect(end).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(end).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'SERVICE_UNAVAILABLE' }));
  expect(later.end).not.toHaveBeenCalled();
  answer = () => Promise.resolve();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(later.end).not.toHaveBeenCalled();
});

test('a question without an answer keeps no other from being asked', async () => {
  for (let id = 0; id < 501; id += 1) {
    roles.set(`s${id}`, 'VIEWER');
    open(`s${id}`, 'VIEWER');
  }
  const last = open('last', 'VIEWER');
  let first = true;
  answer = () => {
    if (!first) return Promise.resolve();
    first = false;
    return Promise.reject(new Error('gone'));
  };
  await pass();
  expect(questions.map(({ length }) => length)).toEqual([500, 2]);
  expect(last.end).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
});

test('a stream that begins under a new role is not ended by an answer about the old one', async () => {
  const old = open('a', 'DEVELOPER');
  const waiting = Promise.withResolvers<void>();
  answer = () => waiting.promise;
  await pass();
  roles.set('a', 'VIEWER');
  const fresh = open('a', 'VIEWER');
  answer = () => Promise.resolve();
  waiting.resolve();
  await pass();
  expect(old.end).toHaveBeenCalledOnce();
  expect(fresh.end).not.toHaveBeenCalled();
});
