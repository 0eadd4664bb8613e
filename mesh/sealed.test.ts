import { expect, test } from 'vitest';
import { seal, unseal } from './sealed.ts';

const key = Buffer.alloc(32, 7);
const REFUSED = /unable to authenticate|authentication tag|initialization vector/i;

test('what was sealed opens with the same key under the same name', () => {
  expect(unseal(key, 'name', seal(key, 'name', 'a text, ä 😀'))).toBe('a text, ä 😀');
  expect(unseal(key, 'name', seal(key, 'name', ''))).toBe('');
});

test('the same text is sealed differently each time', () => {
  expect(seal(key, 'name', 'text').equals(seal(key, 'name', 'text'))).toBe(false);
});

test('another key, another name, a changed byte or a missing one do not open', () => {
  const sealed = seal(key, 'name', 'text');
  expect(() => unseal(Buffer.alloc(32, 8), 'name', sealed)).toThrow(REFUSED);
  expect(() => unseal(key, 'another name', sealed)).toThrow(REFUSED);
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unseal(key, 'name', changed)).toThrow(REFUSED);
  }
  for (let length = 0; length < sealed.length; length += 1) {
    expect(() => unseal(key, 'name', sealed.subarray(0, length))).toThrow(REFUSED);
  }
});
