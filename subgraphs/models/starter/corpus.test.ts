import { expect, test } from 'vitest';
import { fill, generateCorpus } from './corpus.ts';
import { FACTS } from './facts.ts';
import { TASKS } from './tasks.ts';

test('the same seed writes the same corpus, another seed another', () => {
  expect(generateCorpus(50, 7)).toEqual(generateCorpus(50, 7));
  expect(generateCorpus(50, 7)).not.toEqual(generateCorpus(50, 8));
});

test('a longer corpus begins with the shorter one of its seed', () => {
  expect(generateCorpus(60, 7).slice(0, 20)).toEqual(generateCorpus(20, 7));
});

test('every conversation alternates between user and assistant after at most one system prompt', () => {
  for (const conversation of generateCorpus(300, 3)) {
    const roles = conversation.map(({ role }) => role);
    const turns = roles[0] === 'system' ? roles.slice(1) : roles;
    expect(turns.length).toBeGreaterThan(0);
    expect(turns).toEqual(turns.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')));
  }
});

test('nothing in it is empty or left unfilled', () => {
  for (const { content } of generateCorpus(2_000, 5).flat()) {
    expect(content).not.toBe('');
    expect(content).not.toMatch(/\{\}|undefined/);
  }
});

test('names are filled in wherever a template has them', () => {
  expect(fill('def {name}({a}, {b}):\n    return {a} + {b}', 'foo', ['x', 'y'])).toBe(
    'def foo(x, y):\n    return x + y',
  );
  expect(fill('`Hello, ${{a}}!`', 'greet', ['person'])).toBe('`Hello, ${person}!`');
});

test('every JavaScript function of the tasks is valid', () => {
  for (const { javascript, parameters, names } of TASKS) {
    const [first] = parameters;
    const [name = ''] = names;
    if (!first) throw new Error('a task without parameters');
    // Compiled only: what it says is our own text.
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval
    expect(() => new Function(`return ${fill(javascript, name, first)}`)).not.toThrow();
  }
});

test('every fact has a question and an answer', () => {
  for (const { questions, answers } of FACTS) {
    expect(questions.length).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(0);
  }
});
