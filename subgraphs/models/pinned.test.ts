import { expect, test } from 'vitest';
import { after, INITIAL_STATE, type ModelHappening, type ModelState } from './model-state.ts';
import { decidePinned } from './pinned.ts';

const NOW = 1_000_000;
const having = (...happenings: readonly ModelHappening[]): ModelState =>
  happenings.reduce((state, happening) => after(state, happening, NOW), INITIAL_STATE);
const crash: ModelHappening = { type: 'crashed', reason: 'it fell' };

test('one is loaded when the service starts, and not when somebody has unloaded it later', () => {
  expect(decidePinned(INITIAL_STATE, true, NOW)).toBe(true);
  expect(decidePinned(having({ type: 'loaded' }, { type: 'unloaded' }), false, NOW)).toBe(false);
});

test('one that is there, or on its way, is let be', () => {
  expect(decidePinned(having({ type: 'load began' }), true, NOW)).toBe(false);
  expect(decidePinned(having({ type: 'loaded' }), true, NOW)).toBe(false);
  expect(decidePinned(having(crash, { type: 'loaded' }), false, NOW)).toBe(false);
});

test('one that has failed comes back, and rests before when it fails again and again', () => {
  expect(decidePinned(having(crash), false, NOW)).toBe(true);
  const often = having(crash, crash, { type: 'load failed', reason: 'no' });
  expect(decidePinned(often, false, NOW)).toBe(false);
  expect(decidePinned(often, false, often.retryAt)).toBe(true);
});
