import { describe, expect, test } from 'vitest';
import { flawOfLine } from './one-line.ts';

describe('a line of text', () => {
  test.each(['orbital-api', 'Überblick 2026', '日本語', 'm\u{1F468}\u200d\u{1F469}\u200d\u{1F467}', '…'])(
    'may be %j',
    (text) => {
      expect(flawOfLine(text)).toBeNull();
    },
  );

  test.each([
    ['', 'is empty'],
    [' \u00a0', 'is empty'],
    ['\u200b', 'is empty'],
    ['two\nlines', 'holds a control character'],
    ['nul\0', 'holds a control character'],
    ['gpj.\u202etxt', 'holds a control character'],
    ['\ud800', 'is not valid Unicode'],
  ])('may not be %j: it %s', (text, flaw) => {
    expect(flawOfLine(text)).toBe(flaw);
  });
});
