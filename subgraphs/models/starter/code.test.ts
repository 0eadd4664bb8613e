import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fill, functionSource, LANGUAGES, namesFit, testSource } from './code.ts';
import { camelCase, diceFrom } from './invention.ts';
import { TASKS } from './tasks.ts';
import type { ParameterNames, Task } from './tasks/task.ts';

test('names are filled in wherever a template has them', () => {
  expect(fill('{name}({a}, {b})', 'foo', ['x', 'y'])).toBe('foo(x, y)');
  expect(fill('`Hello, ${{a}}!`', 'greet', ['person'])).toBe('`Hello, ${person}!`');
});

const [add] = TASKS;
test('a task is a function in each language, and so is its test', () => {
  if (!add) throw new Error('there are no tasks');
  const sources = LANGUAGES.map((language) => functionSource(add, language, 'foo', ['x', 'y']));
  expect(sources).toEqual([
    'def foo(x, y):\n    return x + y',
    'function foo(x, y) {\n  return x + y;\n}',
    'function foo(x: number, y: number): number {\n  return x + y;\n}',
  ]);
  expect(testSource(add, 'python', 'foo')).toBe('assert foo(2, 3) == 5\nassert foo(-1, 1) == 0');
  expect(testSource(add, 'python', 'foo', 'unittest')).toContain('self.assertEqual(foo(2, 3), 5)');
  expect(testSource(add, 'javascript', 'foo')).toContain('assert.equal(foo(2, 3), 5);');
});

/** Its own names, and some that fit and are invented. */
const namesOf = (task: Task): readonly (readonly [name: string, parameters: ParameterNames])[] => {
  const dice = diceFrom(1);
  const invented = (): readonly [string, ParameterNames] => {
    const parameters: ParameterNames =
      task.takes.types.length > 1 ? [dice.parameter(), dice.parameter()] : [dice.parameter()];
    const name = dice.name();
    return namesFit(task, name, parameters) ? [name, parameters] : invented();
  };
  return [[task.names[0] ?? '', task.takes.names[0] ?? ['x']], invented(), invented()];
};

test('every function in Python passes its test under any names that fit', async () => {
  const programs = TASKS.flatMap((task) =>
    namesOf(task).map(([name, parameters]) => {
      const code = `${functionSource(task, 'python', name, parameters)}\n${testSource(task, 'python', name)}`;
      return `exec(${JSON.stringify(code)}, {})`;
    }),
  );
  await expect(promisify(execFile)('python3', ['-c', programs.join('\n')])).resolves.toMatchObject({ stderr: '' });
});

test('every function in JavaScript passes its test under any names that fit', async () => {
  const programs = TASKS.flatMap((task) =>
    namesOf(task).map(([name, parameters]) => {
      const spelled = camelCase(name);
      const [imported = '', ...checks] = testSource(task, 'javascript', spelled).split('\n');
      expect(imported).toBe('import assert from "node:assert/strict";');
      return `{ ${functionSource(task, 'javascript', spelled, parameters)}\n${checks.join('\n')} }`;
    }),
  );
  const program = `const assert = require("node:assert/strict");\n${programs.join('\n')}`;
  await expect(promisify(execFile)(process.execPath, ['-e', program])).resolves.toMatchObject({ stderr: '' });
});
