import { expect, test } from 'vitest';
import { answeringModel, type Model } from './choice.ts';

const model = (name: string, status: Model['status'] = 'AVAILABLE', kind: Model['kind'] = 'CHAT'): Model => ({
  __typename: 'Model',
  id: name,
  name,
  kind,
  status,
  contextSize: 512,
  sizeBytes: 1,
  memoryBytes: null,
  lastError: null,
});

test('the chosen model answers while it is installed', () => {
  expect(answeringModel([model('a', 'LOADED'), model('b')], 'b')?.name).toBe('b');
  expect(answeringModel([model('a'), model('starter')], 'gone')?.name).toBe('starter');
});

test('without a choice a loaded model answers before the built-in one, and that before others', () => {
  expect(answeringModel([model('a'), model('starter'), model('b', 'LOADED')], null)?.name).toBe('b');
  expect(answeringModel([model('a'), model('starter', 'CRASHED')], null)?.name).toBe('starter');
  expect(answeringModel([model('a'), model('b')], null)?.name).toBe('a');
});

test('an embedding model never answers', () => {
  expect(answeringModel([model('e', 'LOADED', 'EMBEDDING')], 'e')).toBeNull();
  expect(answeringModel([], null)).toBeNull();
});
