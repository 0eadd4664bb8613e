import { expect, test } from 'vitest';
import { guardedLookup, mayConnect, readServerAddress } from './address.ts';

test.each([
  ['http://127.0.0.1:8000/v1/', 'http://127.0.0.1:8000/v1'],
  ['http://[::1]:8000/v1', 'http://[::1]:8000/v1'],
  ['http://10.1.2.3/v1', 'http://10.1.2.3/v1'],
  ['http://vllm:8000/v1', 'http://vllm:8000/v1'],
  ['https://203.0.113.9/v1', 'https://203.0.113.9/v1'],
  ['https://api.example.org', 'https://api.example.org'],
])('%s is an address', (text, url) => {
  expect(readServerAddress(text)).toEqual({ outcome: 'address', url });
});

test.each([
  ['http://203.0.113.9/v1'],
  ['http://0x7f.1.0.0.0.1/v1'],
  ['http://[::ffff:203.0.113.9]/v1'],
  ['http://3405803785/v1'],
  ['http://0.0.0.0:8000/v1'],
  ['https://[fe80::1]/v1'],
  ['https://169.254.169.254/latest'],
  ['http://[fd00:ec2::254]/latest'],
  ['http://100.100.100.200/latest'],
  ['ftp://127.0.0.1/v1'],
  ['http://127.0.0.1/v1#a'],
  ['http://127.0.0.1/v1?'],
  ['https://user@example.org/v1'],
  ['127.0.0.1:8000'],
  [`https://example.org/${'a'.repeat(3_000)}`],
])('%s is none', (text) => {
  expect(readServerAddress(text)).toMatchObject({ outcome: 'refused' });
});

test('without encryption only a private network is connected to, link-local addresses never', () => {
  expect(['127.0.0.1', '172.31.0.1', '::ffff:192.168.0.1', 'fd00::1'].map((one) => mayConnect(one, false))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['172.32.0.1', '8.8.8.8', '2001:db8::1', 'name'].map((one) => mayConnect(one, false))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  expect(
    ['8.8.8.8', '2001:db8::1', '169.254.169.254', '::ffff:169.254.169.254', 'fe80::1%eth0'].map((one) =>
      mayConnect(one, true),
    ),
  ).toEqual([true, true, false, false, false]);
});

test('a name is held to the addresses that it has', async () => {
  const found = (encrypted: boolean) =>
    new Promise((done) => {
      guardedLookup(encrypted)('localhost', { all: true }, (error, addresses) => done(error ?? addresses));
    });
  expect(await found(false)).toEqual(expect.arrayContaining([expect.objectContaining({ address: '127.0.0.1' })]));
});
