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

/** Different names. */
const names = (count: number, of = ''): string =>
  Array.from({ length: count }, (_, index) => `a${index}${of}`).join(' ');

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
    ['aliases', `{ q { ${names(64, ': a')} } }`, `{ q { ${names(65, ': a')} } }`],
    ['tokens', `{ q { ${names(LIMITS.tokens - 5)} } }`, `{ q { ${names(LIMITS.tokens - 4)} } }`],
    ['repeats of a field', `{ q { ${'a '.repeat(32)} } }`, `{ q { ${'a '.repeat(33)} } }`],
    ['repeats of an alias', `{ q { ${'x: a '.repeat(32)} } }`, `{ q { ${'x: a '.repeat(32)} x } }`],
    [
      'repeats in fragments',
      `{ q { ...F ...F } } fragment F on Q { ${'a '.repeat(16)} }`,
      `{ q { ...F a ... { ...F } } } fragment F on Q { ${'a '.repeat(16)} }`,
    ],
    [
      'repeats in a fragment that nobody spreads',
      `{ q } fragment F on Q { ${'a '.repeat(32)} }`,
      `{ q } fragment F on Q { ${'a '.repeat(33)} }`,
    ],
    [
      'repeats that meet in the answer',
      `{ q { ${`a { ${'b '.repeat(8)} } `.repeat(4)} } }`,
      `{ q { ${`a { ${'b '.repeat(8)} } `.repeat(4)} a { b } } }`,
    ],
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

  test('spreads that multiply and lead to no field', () => {
    const doubling = Array.from({ length: 80 }, (_, i) => `fragment F${i} on Q { ...F${i + 1} ...F${i + 1} }`);
    expect(codeOf(`{ ...F0 } ${doubling.join(' ')}`)).toBe('DOCUMENT_TOO_LARGE');
  });

  test.each(['{ ...F } fragment F on Q { a ...F }', '{ ...F } fragment F on Q { a { ...F } }'])(
    'a fragment that contains itself is left to validation: %s',
    (text) => {
      expect(codeOf(text)).toBe('parsed');
    },
  );

  test('the introspection query of the tools', () => {
    expect(codeOf(getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true }))).toBe('parsed');
  });

  test('a million brackets, without a deep stack', () => {
    expect(codeOf('{ a '.repeat(250_000))).toBe('DOCUMENT_TOO_LARGE');
  });
});

describe('the weight of a document', () => {
  const weightOf = (text: string): number => parseBounded(text).weight;

  test('grows with its tokens, its text and what its fragments expand to', () => {
    const small = weightOf('{ a { b c } }');
    expect(weightOf('{ a { b c d } }')).toBeGreaterThan(small);
    expect(weightOf(`{ a { b c } } #${'x'.repeat(8_000)}`)).toBeGreaterThanOrEqual(small + 1_000);
    const spread = (times: number): string => `{ ${'a { ...F } '.repeat(times)} } fragment F on Q { ${names(50)} }`;
    expect(weightOf(spread(10)) - weightOf(spread(5))).toBeGreaterThan(5 * 50);
  });

  test('is something even for the smallest', () => {
    expect(weightOf('{ a }')).toBeGreaterThanOrEqual(50);
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
