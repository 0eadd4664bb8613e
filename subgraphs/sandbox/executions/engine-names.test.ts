import { expect, test } from 'vitest';
import { engineChoices, engineNames, meaningsOf, nameOf } from './engine-names.ts';

test('every engine has a name that means it alone', () => {
  for (const choice of engineChoices()) expect(meaningsOf(nameOf(choice))).toEqual([choice]);
});

test.for([
  ['python', ['run:python', 'wasm:python', 'micro:python']],
  ['node', ['run:node', 'micro:node']],
  ['bash', ['run:bash']],
  ['micro', ['micro:python']],
  ['wasm', ['wasm']],
] as const)('%s means, from the best on, %j', ([name, meanings]) => {
  expect(meaningsOf(name).map(nameOf)).toEqual(meanings);
});

test.for(['', 'Python', 'run', 'run:ruby', 'wasm:node', 'micro:bash', 'constructor', '__proto__'])(
  '%j means nothing',
  (name) => {
    expect(meaningsOf(name)).toEqual([]);
    expect(engineNames()).not.toContain(name);
  },
);
