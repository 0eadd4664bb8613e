import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';
import { choose } from './commands.ts';

test('a command takes the words after its name', () => {
  expect(choose(['serve', 'gateway', 'users'])).toEqual({
    outcome: 'run',
    command: 'serve',
    args: ['gateway', 'users'],
  });
});

test('no command, and a question for help behind any command, show the help', () => {
  for (const argv of [[], ['--help'], ['-h'], ['start', '--help'], ['serve', 'users', '-h']]) {
    expect(choose(argv)).toEqual({ outcome: 'run', command: 'help', args: [] });
  }
});

test('a question for help behind user and key is theirs to answer', () => {
  expect(choose(['key', 'add', '--help'])).toEqual({ outcome: 'run', command: 'key', args: ['add', '--help'] });
});

test('a name that is no command is unknown, names of Object.prototype too', () => {
  for (const name of ['launch', 'toString', '__proto__', '']) {
    expect(choose([name])).toEqual({ outcome: 'unknown', name });
  }
});

test('options are read by their type', () => {
  const { values, words } = readArguments(['--json', 'users'], { json: { type: 'boolean' } }, 1);
  expect(values.json).toBe(true);
  expect(words).toEqual(['users']);
});

test('an option or a word that the command does not know is refused with exit code 2', () => {
  expect(() => readArguments(['--fast'], {})).toThrow(
    expect.objectContaining({ message: "Unknown option '--fast'; see devstudio help.", exitCode: 2 }),
  );
  expect(() => readArguments(['now'], {})).toThrow(
    expect.objectContaining({ message: "unexpected argument 'now'; see devstudio help.", exitCode: 2 }),
  );
});
