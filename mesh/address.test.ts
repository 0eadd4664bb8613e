import { describe, expect, test } from 'vitest';
import { originOf, plainAddress, readAddressList } from './address.ts';

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
  ['', '', false],
])('requests of %j are counted for %j', (address, key, loopback) => {
  expect(originOf(address)).toMatchObject({ key, loopback });
});

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2::9', '2001:db8:1::/48'],
  ['::1', '::1'],
  ['', ''],
])('the network of %j is %j', (address, network) => {
  expect(originOf(address).network).toBe(network);
});

test('a plain address has neither zone nor wrapping', () => {
  expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
  expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(plainAddress('2001:db8::1')).toBe('2001:db8::1');
});

describe('a list of addresses', () => {
  test.each([
    ['loopback', '127.0.0.1', true],
    ['loopback', '127.9.9.9', true],
    ['loopback', '::1', true],
    ['loopback', '10.0.0.1', false],
    ['10.0.0.0/8, 192.168.1.7', '10.255.0.1', true],
    ['10.0.0.0/8, 192.168.1.7', '192.168.1.7', true],
    ['10.0.0.0/8, 192.168.1.7', '192.168.1.8', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', 'fe80::1', false],
    ['fd00::/8', '10.0.0.1', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['loopback', 'localhost', false],
    ['loopback', '', false],
  ])('%j on %j: %s', (text, address, contained) => {
    expect(readAddressList(text)?.contains(address)).toBe(contained);
  });

  test.each([
    '',
    ',',
    'proxy.lan',
    '10.0.0.0/33',
    '10.0.0.0/',
    '::/129',
    '10.0.0.1,',
    '10.0.0.1 10.0.0.2',
    'fe80::1%eth0',
  ])('is nothing that %j could be', (text) => {
    expect(readAddressList(text)).toBeUndefined();
  });
});
