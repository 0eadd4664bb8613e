import { expect, test } from 'vitest';
import { boundOutput, bytesOfOutput, isCut, textOfOutput } from './bounded-output.ts';

const chunks = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

test('an output that fits is kept as it is', () => {
  const output = boundOutput(chunks('ab', 'cd'), 4, 2);
  expect(textOfOutput(output)).toBe('abcd');
  expect(bytesOfOutput(output)).toEqual(Buffer.from('abcd'));
  expect(isCut(output)).toBe(false);
});

test('of a longer one the middle is missing, which the text says', () => {
  const output = boundOutput(chunks('abc', 'def'), 6, 2);
  expect(textOfOutput(output)).toBe('ab\n… 2 bytes are not kept …\nef');
  expect(bytesOfOutput(output)).toEqual(Buffer.from('abef'));
  expect(isCut(output)).toBe(true);
});

test('no character is shown in halves at the gap', () => {
  const text = textOfOutput(boundOutput(chunks('aé', '—x—', 'éb'), 13, 2));
  expect(text).toBe('a\n… 9 bytes are not kept …\nb');
});

test('what was never delivered is missing too', () => {
  const output = boundOutput(chunks('abc'), 100, 10);
  expect(isCut(output)).toBe(true);
  expect(textOfOutput(output)).toBe('abc');
});

test('bytes that are no text are replaced in the text alone', () => {
  const output = boundOutput([Buffer.from([0xff, 0x41])], 2, 10);
  expect(textOfOutput(output)).toBe('\ufffdA');
  expect(bytesOfOutput(output)).toEqual(Buffer.from([0xff, 0x41]));
});
