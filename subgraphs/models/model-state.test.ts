import { expect, test } from 'vitest';
import { after, decideStart, INITIAL_STATE, waitAfter, type ModelHappening } from './model-state.ts';

const NOW = 1_000_000;
const live = (...happenings: readonly ModelHappening[]) =>
  happenings.reduce((state, happening) => after(state, happening, NOW), INITIAL_STATE);
const crash = { type: 'crashed', reason: 'it was killed' } as const;

test('a model is available, loading, loaded and, once unloaded, available again', () => {
  expect(INITIAL_STATE.status).toBe('AVAILABLE');
  expect(live({ type: 'load began' }).status).toBe('LOADING');
  expect(live({ type: 'load began' }, { type: 'loaded' }).status).toBe('LOADED');
  expect(live({ type: 'load began' }, { type: 'loaded' }, { type: 'unloaded' })).toEqual(INITIAL_STATE);
});

test('a load that fails leaves the model available, with the reason', () => {
  const state = live({ type: 'load began' }, { type: 'load failed', reason: 'missing tensor' });
  expect(state).toMatchObject({ status: 'AVAILABLE', lastError: 'missing tensor', failures: 1 });
});

test('a crash says so until the next load', () => {
  expect(live(crash)).toMatchObject({ status: 'CRASHED', lastError: 'it was killed' });
  expect(live(crash, { type: 'load began' }, { type: 'loaded' })).toMatchObject({ status: 'LOADED', lastError: null });
});

test('a model that crashed is started again at once, twice', () => {
  expect(decideStart(live(crash), NOW)).toEqual({ decision: 'start' });
  expect(decideStart(live(crash, crash), NOW)).toEqual({ decision: 'start' });
});

test('one that keeps crashing rests longer each time, and says why and how long', () => {
  const third = live(crash, crash, crash);
  expect(decideStart(third, NOW)).toEqual({ decision: 'wait', seconds: 5, reason: 'it was killed' });
  expect(decideStart(third, NOW + 4_500)).toMatchObject({ decision: 'wait', seconds: 1 });
  expect(decideStart(third, NOW + 5_000)).toEqual({ decision: 'start' });
  expect([3, 4, 5, 20].map(waitAfter)).toEqual([5_000, 10_000, 20_000, 300_000]);
});

test('an answer forgives what was before', () => {
  const state = live(crash, crash, { type: 'loaded' }, { type: 'answered' }, crash);
  expect(state.failures).toBe(1);
  expect(decideStart(state, NOW)).toEqual({ decision: 'start' });
});

test('an answer of a model that never failed changes nothing', () => {
  const state = live({ type: 'loaded' });
  expect(after(state, { type: 'answered' }, NOW)).toBe(state);
});
