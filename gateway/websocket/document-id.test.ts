import { expect, test } from 'vitest';
import { withQuery } from './document-id.ts';

test('an operation that names its document needs no query', () => {
  const payload = { documentId: 'sha256:x', variables: { a: 1 } };
  expect(JSON.parse(withQuery(JSON.stringify({ id: '1', type: 'subscribe', payload })))).toEqual({
    id: '1',
    type: 'subscribe',
    payload: { ...payload, query: '' },
  });
});

test.each([
  'no JSON with "documentId"',
  '{"type":"subscribe","payload":{"query":"{ a }","documentId":"x"}}',
  '{"type":"subscribe","payload":{"query":1,"documentId":"x"}}',
  '{"type":"subscribe","payload":{"query":"{ a }","variables":{"documentId":"x"}}}',
  '{"type":"ping","payload":{"documentId":"x"}}',
])('%s is left as it is', (text) => {
  expect(withQuery(text)).toBe(text);
});
