import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkVariables, LIMITS, parseBounded } from './limits.ts';

const codeOf = (text: string): unknown => {
  try {
    parseBounded(text);
    return 'parsed';
  } catch (error) {
    return error instanceof Error && 'extensions' in error && typeof error.extensions === 'object'
      ? Object.entries(error.extensions ?? {}).find(([key]) => key === 'code')?.[1]
      : error;
  }
};

const nested = (levels: number): string => `${'{ a '.repeat(levels)}${'}'.repeat(levels)}`;

describe('a document is parsed up to its limits and refused beyond', () => {
  test.each([
    ['levels', nested(LIMITS.depth), nested(LIMITS.depth + 1)],
    [
      'levels through fragments',
      `{ ...F } fragment F on Q ${nested(16)}`,
      `{ a { ...F } } fragment F on Q ${nested(16)}`,
    ],
    ['root fields', `{ ${'a '.repeat(20)} }`, `{ ${'a '.repeat(21)} }`],
    [
      'root fields in fragments',
      `{ ...F } fragment F on Q { ${'a '.repeat(20)} }`,
      `{ a ...F } fragment F on Q { ${'a '.repeat(20)} }`,
    ],
    ['aliases', `{ q { ${'x: a '.repeat(64)} } }`, `{ q { ${'x: a '.repeat(65)} } }`],
    ['tokens', `{ q { ${'a '.repeat(LIMITS.tokens - 5)} } }`, `{ q { ${'a '.repeat(LIMITS.tokens - 4)} } }`],
    ['brackets', `{ a(x: ${'['.repeat(62)}${']'.repeat(62)}) }`, `{ a(x: ${'['.repeat(63)}${']'.repeat(63)}) }`],
    ['number signs', `{ a } ${'#\n'.repeat(LIMITS.numberSigns)}`, `{ a } ${'#\n'.repeat(LIMITS.numberSigns + 1)}`],
  ])('%s', (_, allowed, refused) => {
    expect(codeOf(allowed)).toBe('parsed');
    expect(codeOf(refused)).toBe('DOCUMENT_TOO_LARGE');
  });

  test('fields that fragments multiply', () => {
    const doubling = (times: number): string =>
      `{ q { ...F0 } } ${Array.from({ length: times }, (_, i) => `fragment F${i} on Q { a { ...F${i + 1} } b { ...F${i + 1} } }`).join(' ')} fragment F${times} on Q { c }`;
    expect(codeOf(doubling(5))).toBe('parsed');
    expect(codeOf(doubling(13))).toBe('DOCUMENT_TOO_LARGE');
  });

  test('a fragment that contains itself is left to validation', () => {
    expect(codeOf('{ ...F } fragment F on Q { a ...F }')).toBe('parsed');
  });

  test('the introspection query of the tools', () => {
    expect(codeOf(getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true }))).toBe('parsed');
  });

  test('a million brackets, without a deep stack', () => {
    expect(codeOf('{ a '.repeat(250_000))).toBe('DOCUMENT_TOO_LARGE');
  });
});

test('a syntax error has its place', () => {
  expect(() => parseBounded('{ a(')).toThrow(
    expect.objectContaining({ locations: [{ line: 1, column: 5 }], extensions: { code: 'GRAPHQL_PARSE_FAILED' } }),
  );
});

test('an alias that looks like introspection is refused', () => {
  expect(codeOf('{ __proto__: a }')).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('variables that are nested without end are refused', () => {
  const deep = JSON.parse(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  expect(() => checkVariables(deep)).toThrow('nested more than');
  expect(() => checkVariables({ input: { messages: [{ role: 'USER', content: 'x' }] } })).not.toThrow();
});
