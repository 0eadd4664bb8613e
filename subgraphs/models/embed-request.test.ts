import { expect, test } from 'vitest';
import { readEmbedRequest } from './embed-request.ts';

test('texts are taken as they are, and dimensions are left to the model unless they are asked for', () => {
  expect(readEmbedRequest({ model: 'm', input: ['a', ' '] })).toEqual({
    model: 'm',
    texts: ['a', ' '],
    dimensions: null,
  });
  expect(readEmbedRequest({ model: 'm', input: ['a'], dimensions: 32 }).dimensions).toBe(32);
});

test.each([
  [{ input: [] }, 'input is empty; it must hold a text.'],
  [{ input: ['a', ''] }, 'input[1] is empty.'],
  [{ input: Array(257).fill('a') }, 'input has 257 texts; it may have 256.'],
  [{ input: ['ä'.repeat(131_072), 'x'] }, 'input holds 262145 bytes; it may hold 262144.'],
  [{ dimensions: 0 }, 'dimensions is 0; it must be from 1 to 65536.'],
])('%o is refused', (wrong, sentence) => {
  expect(() => readEmbedRequest({ model: 'm', input: ['a'], ...wrong })).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT', message: sentence }),
  );
});
