import { expect, test } from 'vitest';
import { deviceOf, newDeviceToken } from './device-token.ts';

const key = Buffer.alloc(32, 1);

test('a device token is good for its e-mail address in any case, and for no other and no other installation', () => {
  const token = newDeviceToken(key, 'ada@devstudio.test');
  expect(deviceOf(key, 'Ada@devstudio.test', token)).toMatch(/^[0-9a-f]{32}$/);
  expect(deviceOf(key, 'bob@devstudio.test', token)).toBeNull();
  expect(deviceOf(Buffer.alloc(32, 2), 'ada@devstudio.test', token)).toBeNull();
});

test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(10_000), '😀'])('%j is none', (text) => {
  expect(deviceOf(key, 'ada@devstudio.test', text)).toBeNull();
});
