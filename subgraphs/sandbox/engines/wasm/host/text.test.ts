import { expect, test } from 'vitest';
import { binaryOf } from './text.ts';

const MAGIC = Buffer.from([0, 97, 115, 109]);

test('text becomes a module', async () => {
  const bytes = await binaryOf('a.wat', Buffer.from(' ;; a comment\n(module (func (export "f")))'));
  expect(WebAssembly.validate(new Uint8Array(bytes))).toBe(true);
});

test('a module stays what it is', async () => {
  const bytes = Buffer.concat([MAGIC, Buffer.from([1, 0, 0, 0])]);
  expect(await binaryOf('a.wasm', bytes)).toBe(bytes);
});

test('what is wrong in a text is said with its place', async () => {
  await expect(binaryOf('a.wat', Buffer.from('(module\n  (func (i32.nonsense)))'))).rejects.toThrow(/a\.wat:2:/);
  await expect(binaryOf('a.wat', Buffer.from('(module (func (result i32)))'))).rejects.toThrow('type mismatch');
});

test('anything else is refused', async () => {
  for (const bytes of ['', 'print(1)', '#!/bin/sh', '\0', 'asm']) {
    await expect(binaryOf('a', Buffer.from(bytes))).rejects.toThrow('neither WebAssembly nor its text');
  }
});
