import { expect, test } from 'vitest';
import { readAddressList } from '#mesh/address.ts';
import { createReadClient } from './client.ts';

const clientOf = (trusted: string | null, peer: string | undefined, headers: Readonly<Record<string, string>>) =>
  createReadClient(trusted === null ? undefined : readAddressList(trusted))({
    headers,
    // Of a socket nothing else is read.
    socket: { remoteAddress: peer } as never,
  });

const forwarded = (text: string) => ({ 'x-forwarded-for': text });

test.each([
  ['nobody is trusted', null, '127.0.0.1', '203.0.113.7', '127.0.0.1'],
  ['the peer is a stranger', 'loopback', '198.51.100.1', '203.0.113.7', '198.51.100.1'],
  ['the peer is a proxy', 'loopback', '127.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['the socket wraps the proxy’s address', 'loopback', '::ffff:127.0.0.1', '::ffff:203.0.113.7', '203.0.113.7'],
  ['the client has written something to the left', 'loopback', '127.0.0.1', '127.0.0.1, 203.0.113.7', '203.0.113.7'],
  ['two proxies stand in a row', 'loopback,10.0.0.0/8', '127.0.0.1', '1.1.1.1, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
  ['all are proxies', 'loopback,10.0.0.0/8', '127.0.0.1', '10.0.0.8,10.0.0.9', '10.0.0.8'],
  ['a proxy names a port', 'loopback', '127.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
  ['a proxy names a port of IPv6', 'loopback', '127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['a proxy knows nothing', 'loopback', '127.0.0.1', '203.0.113.7, unknown', '127.0.0.1'],
  ['there is nothing in it', 'loopback', '127.0.0.1', '', '127.0.0.1'],
  ['it is nonsense', 'loopback', '127.0.0.1', '203.0.113.7; drop table', '127.0.0.1'],
])('X-Forwarded-For, where %s', (_, trusted, peer, header, address) => {
  expect(clientOf(trusted, peer, forwarded(header)).address).toBe(address);
});

test('a client that is gone has no address, whatever it has claimed', () => {
  expect(clientOf('loopback', undefined, forwarded('203.0.113.7')).address).toBeNull();
});

test('a user agent is kept up to a length', () => {
  expect(clientOf(null, '127.0.0.1', { 'user-agent': 'x'.repeat(1_000) }).userAgent).toHaveLength(256);
  expect(clientOf(null, '127.0.0.1', {}).userAgent).toBeNull();
});
