import { expect, test } from 'vitest';
import { originOf } from './address.ts';

test.each([
  ['203.0.113.7', '203.0.113.7', false],
  ['::ffff:203.0.113.7', '203.0.113.7', false],
  ['127.0.0.1', '127.0.0.1', true],
  ['127.0.0.2', '127.0.0.2', true],
  ['::ffff:127.0.0.1', '127.0.0.1', true],
  ['::1', '::1', true],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', false],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64', false],
  ['2001:db8::1', '2001:db8:0:0::/64', false],
  ['fe80::1%eth0', 'fe80:0:0:0::/64', false],
])('requests of %s are counted for %s', (address, key, loopback) => {
  expect(originOf(address)).toEqual({ key, loopback });
});

test('a client that is gone has an origin too', () => {
  expect(originOf(undefined)).toEqual({ key: '', loopback: false });
});
