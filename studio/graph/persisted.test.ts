import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { cacheExchange, Client, fetchExchange } from 'urql';
import { expect, test } from 'vitest';
import { ConversationsDocument } from '#codegen/studio/graphql.ts';
import { documentId, persistedExchange, persistedQuery } from './persisted.ts';

const manifest = async (): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(await readFile(new URL(import.meta.resolve('#codegen/studio/persisted-documents.json')), 'utf8'));

test('the id of a document is one of the manifest, and the hash of its text', async () => {
  const id = documentId(ConversationsDocument);
  const text = (await manifest())[id] ?? '';
  expect(text).toContain('__typename');
  const sha256Hash = createHash('sha256').update(text).digest('hex');
  expect(id).toBe(`sha256:${sha256Hash}`);
  expect(persistedQuery(ConversationsDocument)).toEqual({ persistedQuery: { version: 1, sha256Hash } });
});

test('a document that nobody generated has none', () => {
  expect(() => documentId({ kind: 'Document', definitions: [] })).toThrow('npm run generate');
});

test('a client sends ids and no text, and its cache knows the answers', async () => {
  const bodies: (BodyInit | null | undefined)[] = [];
  const client = new Client({
    url: 'http://studio.test/graphql',
    preferGetMethod: false,
    exchanges: [cacheExchange, persistedExchange, fetchExchange],
    fetch: (_, init) => {
      bodies.push(init?.body);
      return Promise.resolve(Response.json({ data: { conversations: [{ __typename: 'Conversation', id: '1' }] } }));
    },
  });
  const ask = () => client.query(ConversationsDocument, {}).toPromise();
  expect((await ask()).data).toMatchObject({ conversations: [{ id: '1' }] });
  expect((await ask()).data).toMatchObject({ conversations: [{ id: '1' }] });
  expect(bodies).toEqual([JSON.stringify({ documentId: documentId(ConversationsDocument), variables: {} })]);
});
