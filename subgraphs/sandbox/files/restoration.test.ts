import { expect, test } from 'vitest';
import { restorationOf } from './restoration.ts';

const file = (path: string, version = '1') => ({ path, version });
const folder = (path: string) => ({ path, version: null });
const NOTHING = { remove: [], folders: [], write: [] };

test('what is as it was is left alone', () => {
  const held = [folder('a'), file('a/b')];
  expect(restorationOf(held, held)).toEqual(NOTHING);
});

test('what was changed is written again, what is new goes, what was deleted comes back with its folders', () => {
  const now = [file('changed', '2'), file('new'), file('same')];
  const then = [file('changed'), folder('old'), folder('old/deep'), file('old/deep/a'), file('same')];
  expect(restorationOf(now, then)).toEqual({
    remove: ['new'],
    folders: ['old', 'old/deep'],
    write: [file('changed'), file('old/deep/a')],
  });
});

test('a folder goes once, with all that is below it', () => {
  const now = [folder('a'), folder('a/b'), file('a/b/c'), file('a.b'), file('ab')];
  expect(restorationOf(now, [file('a.b')])).toEqual({ ...NOTHING, remove: expect.arrayContaining(['a', 'ab']) });
  expect(restorationOf(now, [file('a.b')]).remove).toHaveLength(2);
});

test('a file that was a folder, and a folder that was a file, make room first', () => {
  expect(restorationOf([folder('a'), file('a/b'), file('c')], [file('a'), folder('c'), file('c/d')])).toEqual({
    remove: expect.arrayContaining(['a', 'c']),
    folders: ['c'],
    write: [file('a'), file('c/d')],
  });
});

test('a name that differs in case alone is another one', () => {
  expect(restorationOf([file('A')], [file('a')])).toEqual({ remove: ['A'], folders: [], write: [file('a')] });
});
