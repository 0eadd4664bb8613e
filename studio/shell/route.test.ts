import { expect, test } from 'vitest';
import { formatRoute, parseArrival, parseRoute } from './route.ts';

test('a route survives the address', () => {
  for (const conversation of [null, 'a3f1c2d4-0000-4000-8000-000000000001']) {
    expect(parseRoute(formatRoute({ conversation }))).toEqual({ conversation });
  }
});

test.each(['', '#', '#/chat/', '#/chat/../x', '#/admin', '#/chat/<script>', `#/chat/${'a'.repeat(65)}`])(
  'an address that names nothing is a new conversation: %s',
  (hash) => {
    expect(parseRoute(hash)).toEqual({ conversation: null });
  },
);

test('an arrival is a provider’s answer or a reset link, and nothing else', () => {
  const callbackUrl = 'https://studio.test/sign-in/oidc?code=a&state=b';
  expect(parseArrival(callbackUrl)).toEqual({ from: 'provider', callbackUrl });
  expect(parseArrival('https://studio.test/#/reset?token=a-Z_9')).toEqual({ from: 'reset link', token: 'a-Z_9' });
  for (const href of ['/', '/#/chat', '/?code=a&state=b', '/#/reset', '/#/reset?token=', '/#/reset?token=<x>']) {
    expect(parseArrival(`https://studio.test${href}`)).toBeNull();
  }
});
