import { expect, test } from 'vitest';
import { shortForm } from './terminal.ts';

test('the terminal shows a warning as level, service, sentence and cause', () => {
  const line = JSON.stringify({ level: 40, service: 'models', msg: 'a worker ended', error: { message: 'SIGKILL' } });
  expect(shortForm(line)).toBe('warn   models    a worker ended: SIGKILL');
});

test('what is less than a warning stays in the file', () => {
  expect(shortForm(JSON.stringify({ level: 30, service: 'models', msg: 'ready' }))).toBeNull();
});

test('what is no log line stays in the file', () => {
  expect(shortForm('(node:1) Warning: something')).toBeNull();
  expect(shortForm('null')).toBeNull();
});

test('control characters of a log line do not reach the terminal', () => {
  expect(shortForm(JSON.stringify({ level: 50, service: 'users', msg: '\u001B[2Jgone\nnew' }))).toBe(
    'error  users      [2Jgone new',
  );
});
