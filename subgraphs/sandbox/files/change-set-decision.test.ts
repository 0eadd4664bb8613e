import { expect, test } from 'vitest';
import type { Hunk } from '../store/change-sets.ts';
import { decide, statusOf } from './change-set-decision.ts';

const hunk = (decision: Hunk['decision'] = null): Hunk => ({ from: 0, count: 1, to: 0, toCount: 1, decision });
const FILES = [
  { number: 1, hunks: [hunk(), hunk()] },
  { number: 2, hunks: [hunk()] },
];
const NOTHING = { accept: [], reject: [], rest: null };
const decisionsOf = (verdict: ReturnType<typeof decide>) =>
  verdict.outcome === 'decided' ? verdict.files.map(({ hunks }) => hunks.map(({ decision }) => decision)) : verdict;

test('a hunk is decided by its id, a file with all of its hunks by its own', () => {
  const verdict = decide(FILES, { ...NOTHING, accept: ['1.2'], reject: ['2'] });
  expect(decisionsOf(verdict)).toEqual([[null, 'ACCEPTED'], ['REJECTED']]);
  expect(verdict).toMatchObject({ status: 'PROPOSED', files: [{ accepted: [{}] }, { accepted: [] }] });
});

test('what is named of a file counts more than the file, and that more than the rest', () => {
  expect(decisionsOf(decide(FILES, { accept: ['1'], reject: ['1.1'], rest: 'REJECTED' }))).toEqual([
    ['REJECTED', 'ACCEPTED'],
    ['REJECTED'],
  ]);
});

test('what was decided before stays, is not applied again and cannot be decided otherwise', () => {
  const files = [{ number: 1, hunks: [hunk('ACCEPTED'), hunk('REJECTED'), hunk()] }];
  const verdict = decide(files, { ...NOTHING, rest: 'ACCEPTED' });
  expect(decisionsOf(verdict)).toEqual([['ACCEPTED', 'REJECTED', 'ACCEPTED']]);
  expect(verdict).toMatchObject({ status: 'PARTLY_APPLIED', files: [{ accepted: [{}] }] });
  expect(decide(files, { ...NOTHING, reject: ['1.1'] })).toMatchObject({ outcome: 'refused', code: 'CONFLICT' });
  expect(decide(files, { ...NOTHING, accept: ['1.1'] })).toMatchObject({ outcome: 'decided' });
});

test.each([
  ['what is not there', { ...NOTHING, accept: ['1.3'] }],
  ['a file that is not there', { ...NOTHING, reject: ['0'] }],
  ['a name of every object', { ...NOTHING, reject: ['__proto__'] }],
  ['the same both ways', { ...NOTHING, accept: ['1.1'], reject: ['1.1'] }],
])('%s is refused', (_, wish) => {
  expect(decide(FILES, wish)).toMatchObject({ outcome: 'refused', code: 'BAD_USER_INPUT' });
});

test.each([
  ['PROPOSED', ['ACCEPTED', null]],
  ['APPLIED', ['ACCEPTED', 'ACCEPTED']],
  ['PARTLY_APPLIED', ['ACCEPTED', 'REJECTED']],
  ['REJECTED', ['REJECTED', 'REJECTED']],
] as const)('a change set is %s with %j', (status, decisions) => {
  expect(statusOf(decisions.map((decision) => ({ decision })))).toBe(status);
});
