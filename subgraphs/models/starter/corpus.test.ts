import { expect, test } from 'vitest';
import { generateCorpus } from './corpus.ts';
import { FACTS } from './facts.ts';
import { heldOut } from './held-out.ts';
import { questionsOf } from './talking.ts';
import { TASKS } from './tasks.ts';

test('the same seed writes the same corpus, another seed another', () => {
  expect(generateCorpus(50, 7)).toEqual(generateCorpus(50, 7));
  expect(generateCorpus(50, 7)).not.toEqual(generateCorpus(50, 8));
});

test('a longer corpus begins with the shorter one of its seed', () => {
  expect(generateCorpus(60, 7).slice(0, 20)).toEqual(generateCorpus(20, 7));
});

test('every conversation alternates between user and assistant, who may go on after the result of a call', () => {
  const letters = { system: 's', user: 'u', assistant: 'a', result: 'r' } as const;
  for (const conversation of generateCorpus(500, 3)) {
    expect(conversation.map(({ role }) => letters[role]).join('')).toMatch(/^s?(ua(ra)?)+$/);
  }
});

test('nothing in it is empty or left unfilled', () => {
  for (const { content } of generateCorpus(2_000, 5).flat()) {
    expect(content).not.toBe('');
    expect(content).not.toMatch(/\{\}|\[object/);
  }
});

test('every fact can be asked for and has no question of another', () => {
  const answers = new Map<string, string>();
  for (const { english, german } of FACTS) {
    for (const [ways, isGerman] of [
      [english, false],
      [german, true],
    ] as const) {
      if (!ways) continue;
      const questions = questionsOf(ways, isGerman);
      expect(questions.length).toBeGreaterThan(0);
      for (const question of questions) {
        const asked = `${isGerman} ${question.toLowerCase()}`;
        expect(answers.get(asked) ?? ways.answer).toBe(ways.answer);
        answers.set(asked, ways.answer);
      }
    }
  }
});

test('what is held out is not in it', () => {
  const conversations = generateCorpus(5_000, 42);
  const users = conversations.flatMap((conversation) => {
    const system = conversation.find(({ role }) => role === 'system')?.content ?? '';
    return conversation.flatMap(({ role, content }) => (role === 'user' ? [{ system, content }] : []));
  });
  const asked = new Set(users.flatMap(({ system, content }) => [content.toLowerCase(), `${system} ${content}`]));
  // A request for a call is new by its tools.
  const found = heldOut().filter(({ system, question }) =>
    asked.has(system === undefined ? question.toLowerCase() : `${system} ${question}`),
  );
  expect(found.map(({ question }) => question)).toEqual([]);
  const trained = new Set(TASKS.flatMap(({ purposes, german }) => [...purposes, ...german]));
  expect(TASKS.filter((task) => trained.has(task.heldOut))).toEqual([]);
});
