import { expect, test } from 'vitest';
import { proveMetricsReader } from './metrics-access.ts';

const TOKEN = 'a token that is long enough to hold';

const prove = (
  headers: Readonly<Record<string, string>>,
  remoteAddress = '127.0.0.1',
  token: string | null = null,
  isPrivate = true,
) =>
  // Of a socket nothing else is read.
  proveMetricsReader({ headers, socket: { remoteAddress } as never }, { token: token ?? undefined, isPrivate });

test.each([
  ['from this machine to this machine', { host: 'localhost:6813' }, '127.0.0.1', 'local'],
  ['over IPv6', { host: '[::1]:6813' }, '::1', 'local'],
  ['over IPv4 in a socket of IPv6', { host: '127.0.0.1:6813' }, '::ffff:127.0.0.1', 'local'],
  ['from elsewhere', { host: 'localhost:6813' }, '192.0.2.7', 'unproven'],
  [
    'from elsewhere that says it is from here',
    { host: 'localhost', 'x-forwarded-for': '127.0.0.1' },
    '192.0.2.7',
    'unproven',
  ],
  [
    'brought by a proxy of this machine',
    { host: 'localhost', 'x-forwarded-for': '203.0.113.7' },
    '127.0.0.1',
    'unproven',
  ],
  [
    'brought by one that says so in the standard’s words',
    { host: 'localhost', forwarded: 'for=x' },
    '127.0.0.1',
    'unproven',
  ],
  [
    'brought by one that names the host',
    { host: 'localhost', 'x-forwarded-host': 'studio.example' },
    '127.0.0.1',
    'unproven',
  ],
  ['brought by a tunnel', { host: 'localhost', 'cf-connecting-ip': '203.0.113.7' }, '127.0.0.1', 'unproven'],
  ['to an empty name', { host: '' }, '127.0.0.1', 'unproven'],
  ['to a name that was made to mean this machine', { host: 'evil.example' }, '127.0.0.1', 'unproven'],
  ['to no name', {}, '127.0.0.1', 'unproven'],
  ['to a name that is none', { host: '[' }, '127.0.0.1', 'unproven'],
  ['with another credential', { host: 'localhost', 'x-api-key': 'x' }, '127.0.0.1', 'unproven'],
])('a request for metrics %s is %3$s', (_, headers, from, proof) => {
  expect(prove(headers, from)).toBe(proof);
});

test('a door that is for others takes nobody for this machine: a proxy need not say that it is one', () => {
  expect(prove({ host: 'localhost:6813' }, '127.0.0.1', null, false)).toBe('unproven');
});

test('a token opens the metrics from anywhere, and only the right one', () => {
  const bearer = (token: string) => ({ host: 'studio.example', authorization: `Bearer ${token}` });
  const split = TOKEN.replaceAll(' ', '-');
  expect(prove(bearer(split), '192.0.2.7', split)).toBe('token');
  expect(prove(bearer(`${split}x`), '192.0.2.7', split)).toBe('unproven');
  expect(prove(bearer(split), '192.0.2.7')).toBe('unproven');
  expect(prove({ host: 'localhost', authorization: `Basic ${split}` }, '127.0.0.1', split)).toBe('unproven');
});
