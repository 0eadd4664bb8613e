import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchSilence } from './watchdog.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('one that says nothing while it has work is told of, once', () => {
  const silence = vi.fn<() => void>();
  watchSilence(() => true, silence, 60_000);
  vi.advanceTimersByTime(59_000);
  expect(silence).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200_000);
  expect(silence).toHaveBeenCalledOnce();
});

test('one that speaks now and then, has no work or is watched no more is left alone', () => {
  const silence = vi.fn<() => void>();
  const speaking = watchSilence(() => true, silence, 60_000);
  watchSilence(() => false, silence, 60_000);
  watchSilence(() => true, silence, 60_000).end();
  for (let passed = 0; passed < 10; passed++) {
    vi.advanceTimersByTime(30_000);
    speaking.heard();
  }
  expect(silence).not.toHaveBeenCalled();
});
