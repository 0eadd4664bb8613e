import { describe, expect, test } from 'vitest';
import type { ChatMessageInput } from '#codegen/studio/graphql.ts';
import { promptWindow } from './prompt-window.ts';
import { createStreamText } from './stream-text.ts';
import {
  EMPTY_THREAD,
  historyOf,
  isUnanswered,
  threadOf,
  titleOf,
  withAnswer,
  withoutFailedAnswer,
  type Answer,
  type Outcome,
  type Thread,
} from './thread.ts';

const answer = (key: string, text: string, outcome: Outcome): Answer => ({
  kind: 'answer',
  key,
  text: createStreamText(text),
  outcome,
  leftOut: 0,
  unsaved: null,
});
const thread = (...entries: Thread['entries']): Thread => ({ ...EMPTY_THREAD, entries });
const question = { kind: 'question', key: 'q', content: 'Why?' } as const;
const failure = { code: 'X', sentence: 's', mend: 'm', requestId: null };

describe('a thread', () => {
  test('is read from the messages of the server', () => {
    const read = threadOf([
      { __typename: 'Message', id: '1', role: 'USER', content: 'Why?' },
      { __typename: 'Message', id: '2', role: 'ASSISTANT', content: 'So.' },
    ]);
    expect(historyOf(read)).toEqual([
      { role: 'USER', content: 'Why?' },
      { role: 'ASSISTANT', content: 'So.' },
    ]);
    expect(isUnanswered(read)).toBe(false);
  });

  test('gives the model complete and stopped answers, never failed or empty ones', () => {
    const texts = [
      answer('a', 'whole', { state: 'complete', receipt: null }),
      answer('b', 'half', { state: 'stopped' }),
      answer('c', '', { state: 'stopped' }),
      answer('d', 'part', { state: 'failed', failure }),
    ].map((entry) => historyOf(thread(question, entry)).length);
    expect(texts).toEqual([2, 2, 1, 1]);
  });

  test('is asked again without the answer that failed, and with one that is kept', () => {
    const failed = thread(question, answer('a', 'part', { state: 'failed', failure }));
    const kept = thread(question, answer('a', 'half', { state: 'stopped' }));
    expect(withoutFailedAnswer(failed).entries).toEqual([question]);
    expect(withoutFailedAnswer(kept)).toBe(kept);
    expect(withoutFailedAnswer(thread(question)).entries).toEqual([question]);
  });

  test('waits for an answer when its last entry is a question that nobody answers', () => {
    expect(isUnanswered(thread(question))).toBe(true);
    expect(isUnanswered({ ...thread(question), phase: 'answering' })).toBe(false);
    expect(isUnanswered(EMPTY_THREAD)).toBe(false);
  });

  test('changes one answer and leaves the others as they are', () => {
    const before = thread(answer('a', '', { state: 'writing' }), answer('b', '', { state: 'writing' }));
    const after = withAnswer(before, 'b', { outcome: { state: 'stopped' } });
    expect(after.entries[0]).toBe(before.entries[0]);
    expect(after.entries[1]).toMatchObject({ outcome: { state: 'stopped' } });
  });
});

test('a title is the first line of the question, cut at a word', () => {
  expect(titleOf('  Write \t a function\nwith two lines')).toBe('Write a function');
  expect(titleOf('word '.repeat(30))).toBe(`${'word '.repeat(11)}word…`);
  expect(titleOf('x'.repeat(100))).toBe(`${'x'.repeat(60)}…`);
});

describe('the prompt', () => {
  const talk = (count: number, length: number): readonly ChatMessageInput[] =>
    Array.from({ length: count }, (_, at) => ({
      role: at % 2 === 0 ? 'USER' : 'ASSISTANT',
      content: 'x'.repeat(length),
    }));

  test('is the whole conversation while it fits', () => {
    expect(promptWindow(talk(5, 20), 4_096)).toEqual({ messages: talk(5, 20), leftOut: 0 });
  });

  test('loses the earliest messages first, and an answer together with its question', () => {
    // 28 tokens each by the estimate: three of them fit into half of 190, and the third is an answer's question.
    expect(promptWindow(talk(9, 50), 190)).toEqual({ messages: talk(9, 50).slice(6), leftOut: 6 });
    // Two fit into half of 120; the earlier of them is an answer without its question.
    expect(promptWindow(talk(9, 50), 120)).toEqual({ messages: talk(9, 50).slice(8), leftOut: 8 });
  });

  test('always has the question, however long it is', () => {
    expect(promptWindow(talk(3, 9_000), 128).messages).toHaveLength(1);
    expect(promptWindow([], 128)).toEqual({ messages: [], leftOut: 0 });
  });
});
