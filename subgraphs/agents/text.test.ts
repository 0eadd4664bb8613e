import { describe, expect, test } from 'vitest';
import { parseContent, parseTitle } from './text.ts';

describe('a title', () => {
  test('stands without the spaces around it', () => {
    expect(parseTitle('  Sorting a list ')).toEqual({ outcome: 'accepted', text: 'Sorting a list' });
  });

  test('may have exactly 200 characters, however wide they are', () => {
    expect(parseTitle('😀'.repeat(200)).outcome).toBe('accepted');
    expect(parseTitle('😀'.repeat(201)).outcome).toBe('refused');
  });

  test.each(['', ' \n ', 'a\nb', 'a\0b', 'a\ud800'])('is not %j', (title) => {
    expect(parseTitle(title).outcome).toBe('refused');
  });
});

describe('a message', () => {
  test('is kept as it is, spaces and lines and all', () => {
    expect(parseContent('  a\n\tb \r\n')).toEqual({ outcome: 'accepted', text: '  a\n\tb \r\n' });
    expect(parseContent('')).toEqual({ outcome: 'accepted', text: '' });
  });

  test('may have exactly 65 536 characters, however wide they are', () => {
    expect(parseContent('x'.repeat(65_536)).outcome).toBe('accepted');
    expect(parseContent('😀'.repeat(65_536)).outcome).toBe('accepted');
    expect(parseContent('x'.repeat(65_537)).outcome).toBe('refused');
  });

  test.each(['a\0', 'a\udc00'])('is not %j, which PostgreSQL cannot keep', (content) => {
    expect(parseContent(content).outcome).toBe('refused');
  });
});
