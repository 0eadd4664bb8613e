import { expect, test } from 'vitest';
import { createStreamText } from './stream-text.ts';

/** Frames that pass when the test says so. */
const frames = () => {
  const callbacks: (() => void)[] = [];
  return {
    schedule: (callback: () => void) => void callbacks.push(callback),
    pass: () => {
      for (const callback of callbacks.splice(0)) callback();
    },
  };
};

test('readers learn of many pieces once per frame', () => {
  const { schedule, pass } = frames();
  const text = createStreamText('', schedule);
  const seen: string[] = [];
  text.subscribe(() => seen.push(text.get()));
  text.push('a');
  text.push('b');
  expect(text.get()).toBe('');
  pass();
  text.push('c');
  pass();
  expect(seen).toEqual(['ab', 'abc']);
});

test('the end is told at once, and the frame after it tells nothing', () => {
  const { schedule, pass } = frames();
  const text = createStreamText('x', schedule);
  let told = 0;
  const end = text.subscribe(() => (told += 1));
  text.push('y');
  text.flush();
  expect([text.get(), told]).toEqual(['xy', 1]);
  pass();
  end();
  text.push('z');
  text.flush();
  expect([text.get(), told]).toEqual(['xyz', 1]);
});
