import { expect, test } from 'vitest';
import { jsonGrammar } from './json-grammar.ts';

const gbnf = (schema: unknown): string => {
  const grammar = jsonGrammar(schema);
  return grammar.outcome === 'grammar' ? grammar.gbnf : `refused: ${grammar.reason}`;
};
const refused = (schema: unknown): string | undefined => {
  const grammar = jsonGrammar(schema);
  return grammar.outcome === 'refused' ? grammar.reason : undefined;
};

test('every rule that is named is written, once', () => {
  const schema = {
    $defs: { node: { type: 'object', properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } } } },
    type: 'object',
    properties: { head: { $ref: '#/$defs/node' }, ids: { type: 'array', items: { type: 'string', format: 'uuid' } } },
    required: ['head'],
  };
  const rules = gbnf(schema)
    .split('\n')
    .map((line) => line.split(' ::= '));
  const names = rules.map(([name]) => name);
  expect(new Set(names).size).toBe(names.length);
  const bare = rules.map(([, body = '']) => body.replaceAll(/"(\\.|[^"\\])*"|\[(\\.|[^\]\\])*\]|\{[\d,]*\}/g, ' '));
  const used = bare.flatMap((body) => body.match(/[a-z]\w*/g) ?? []);
  expect(used.filter((name) => !names.includes(name))).toEqual([]);
});

test('names and values of a schema stay texts, whatever they hold', () => {
  const grammar = gbnf({ enum: ['"', '\\', '\n" | root ::= "x', 'ü', '\ud800'] });
  expect(grammar.split('\n').filter((line) => line.startsWith('root'))).toHaveLength(1);
  expect(grammar).toContain(String.raw`"\"\\\"\"" | "\"\\\\\"" | "\"\\n\\\" | root ::= \\\"x\"" | "\"ü\""`);
});

test.each<[string, unknown, string]>([
  ['a keyword', { type: 'string', pattern: 'x' }, 'the keyword "pattern" at $ is not supported'],
  ['one further down', { type: 'object', properties: { a: { not: {} } } }, 'the keyword "not" at $.a is not supported'],
  ['a number with bounds', { type: 'number', maximum: 1 }, 'minimum and maximum of a number at $'],
  ['a format', { type: 'string', format: 'email' }, 'format "email" at $ is not supported'],
  ['a type', { type: 'text' }, 'type "text" at $ is no type of JSON'],
  ['what is required and unknown', { type: 'object', required: ['a'] }, 'required at $ names "a"'],
  [
    'a reference to elsewhere',
    { $ref: 'https://example.org/a' },
    'names none of the schema’s own $defs'.replace('’', "'"),
  ],
  ['a prototype as a definition', { $defs: {}, $ref: '#/$defs/constructor' }, 'names none'],
  ['a circle', { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }, 'leads to itself'],
  ['repetitions', { type: 'array', maxItems: 100_000 }, 'asks for more repetitions than 4000'],
  ['a length that is none', { type: 'string', maxLength: -1 }, 'must be a whole number from 0'],
  ['nothing that is possible', false, 'must be an object'],
  ['a list', [], 'must be an object'],
  ['what is too large', { description: 'x'.repeat(40_000) }, 'more than 32768 bytes'],
])('%s that cannot be kept is refused by name', (_, schema, reason) => {
  expect(refused(schema)).toContain(reason);
});

test('depth and number of parts are bounded', () => {
  let deep: unknown = { type: 'null' };
  for (let level = 0; level < 5_000; level++) deep = { type: 'array', items: deep };
  expect(refused(deep)).toContain('deeper than 16 levels');
  const properties = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`p${at}`, { type: 'null' }]));
  expect(refused({ type: 'object', properties })).toContain('more than 500 parts');
});

test('variants that begin alike may not multiply without a bound', () => {
  const level = (inner: unknown, ways: number): unknown => ({
    anyOf: Array.from({ length: ways }, (_, at) => ({ type: 'array', items: inner, minItems: 1, maxItems: at + 1 })),
  });
  const nested = (depth: number, ways: number): unknown =>
    depth === 0 ? { type: 'null' } : level(nested(depth - 1, ways), ways);
  expect(refused(nested(2, 8))).toContain('begin alike');
  expect(refused(level({ type: 'string' }, 8))).toBeUndefined();
  expect(refused({ $defs: { a: level({ $ref: '#/$defs/a' }, 2) }, $ref: '#/$defs/a' })).toContain('begin alike');
  const told = (kind: string) => ({
    type: 'object',
    properties: { kind: { const: kind }, next: { anyOf: [{ $ref: '#/$defs/any' }, { type: 'null' }] } },
    required: ['kind'],
  });
  const union = { $defs: { any: { anyOf: ['a', 'b', 'c'].map(told) } }, $ref: '#/$defs/any' };
  expect(refused(union)).toBeUndefined();
});

test('references that fan out are counted without following each way', () => {
  const many = (name: string) => ({ anyOf: Array.from({ length: 20 }, () => ({ $ref: `#/$defs/${name}` })) });
  const $defs = { a: many('b'), b: many('c'), c: many('d'), d: many('e'), e: many('f'), f: many('g'), g: many('h') };
  expect(refused({ $defs: { ...$defs, h: { type: 'array' } }, $ref: '#/$defs/a' })).toContain('begin alike');
});
