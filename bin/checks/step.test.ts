import { expect, test } from 'vitest';
import { broken, summary, verdict } from './step.ts';

test('the summary adds up what the steps counted', () => {
  expect(summary([verdict(true, ''), { passed: 41, failed: 1, skipped: 0, report: 'x' }])).toBe('42 passed, 1 failed');
});

test('the summary names what was skipped, and only then', () => {
  expect(summary([{ passed: 2, failed: 0, skipped: 3, report: '' }])).toBe('2 passed, 0 failed, 3 skipped');
});

test('a step that could not do its work is a failure', () => {
  expect(summary([broken('no such tool')])).toBe('0 passed, 1 failed');
});
