import { expect, test } from 'vitest';
import { formatRoute, parseRoute } from './route.ts';

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
