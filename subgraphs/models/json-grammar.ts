import { isObject, waysToBegin, type Schema } from './json-variants.ts';

/** A grammar in llama.cpp's GBNF under which a model writes nothing but JSON of one schema; or what of it cannot be kept. */
export type JsonGrammar =
  | { readonly outcome: 'grammar'; readonly gbnf: string }
  /** A part of a sentence: where, and why. */
  | { readonly outcome: 'refused'; readonly reason: string };

const MAX_BYTES = 32_768;
const MAX_DEPTH = 16;
const MAX_NODES = 500;
/** llama.cpp writes a repetition out, so all of them together are bounded. */
const MAX_REPETITIONS = 4_000;

/**
 * Ways that may be open at once while a model writes. Variants that begin alike are all followed, and those of what is
 * nested in them multiply: without a bound a small schema makes llama.cpp follow millions.
 */
const MAX_WAYS = 256;

/** They describe, and demand nothing. */
const ANNOTATIONS = new Set(
  '$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly strict'.split(
    ' ',
  ),
);
const KEYWORDS = new Set([
  ...ANNOTATIONS,
  ...'type enum const anyOf oneOf $ref properties required additionalProperties items'.split(' '),
  ...'minItems maxItems minLength maxLength minimum maximum format'.split(' '),
]);

/** Whole numbers of 15 digits are exact in every JSON reader. */
const DIGITS = 15;
const LARGEST = 10 ** DIGITS - 1;

const HEX = '[0-9a-fA-F]';
const DAY = '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | "1" [0-9] | "2" [0-8])';
const TIME = '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] "Z"';
const BASICS = [
  // A line break may be followed by an indentation; without bounds a model may write spaces for ever.
  String.raw`ws ::= [ ]? | "\n" [ ]{0,16}`,
  // Half of a surrogate pair is no character; the rest of the pairs is written as it is.
  String.raw`char ::= [^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" ([0-9a-cefA-CEF] ${HEX}{3} | [dD] [0-7] ${HEX}{2}))`,
  String.raw`string ::= "\"" char* "\""`,
  `integer ::= "-"? ("0" | [1-9] [0-9]{0,${DIGITS - 1}})`,
  `number ::= integer ("." [0-9]{1,${DIGITS}})? ([eE] [-+]? [0-9]{1,2})?`,
  'boolean ::= "true" | "false"',
  'null ::= "null"',
  'value ::= string | number | boolean | null | object | array',
  'object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? ws "}"',
  'array ::= "[" ws (value ("," ws value)*)? ws "]"',
];
const FORMATS: Readonly<Record<string, string>> = {
  date: DAY,
  time: TIME,
  'date-time': `${DAY} "T" ${TIME}`,
  uuid: [8, 4, 4, 4, 12].map((length) => `${HEX}{${length}}`).join(' "-" '),
};

/** Thrown and caught in this file: what a schema asks for that no grammar can keep. */
class Refused extends Error {}

/** The text of a value as a literal of GBNF. */
const literal = (value: unknown): string => {
  const text = (JSON.stringify(value) ?? 'null').toWellFormed();
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
};

const depthOf = (value: unknown, depth = 0): number => {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH * 4) return depth;
  return Object.values(value).reduce((most: number, child) => Math.max(most, depthOf(child, depth + 1)), depth);
};

class Writer {
  readonly rules = [...BASICS];
  readonly #root: Schema;
  readonly #references = new Map<string, string>();
  readonly #writing = new Set<string>();
  #ways = 1;
  #recursive = false;
  #nodes = 0;
  #repetitions = 0;

  constructor(root: Schema) {
    this.#root = root;
  }

  /** @throws Refused when a model that writes by these rules may have too many ways open */
  check(): void {
    if (this.#ways > (this.#recursive ? 1 : MAX_WAYS)) {
      throw new Refused('too many variants of anyOf begin alike; let a first property with a const tell them apart');
    }
  }

  #branch(variants: readonly unknown[]): void {
    this.#ways *= waysToBegin(this.#root, variants);
  }

  /** Writes a rule and answers its name. */
  #rule(body: string): string {
    const name = `r${this.rules.length}`;
    this.rules.push(`${name} ::= ${body}`);
    return name;
  }

  #bound(schema: Schema, keyword: string, place: string): number | undefined {
    const value = schema[keyword];
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
      throw new Refused(`${keyword} at ${place} must be a whole number from 0`);
    }
    this.#repetitions += value;
    if (this.#repetitions > MAX_REPETITIONS) {
      throw new Refused(`${keyword} at ${place} asks for more repetitions than ${MAX_REPETITIONS} in one schema`);
    }
    return value;
  }

  #range(schema: Schema, least: string, most: string, place: string): readonly [number, number | undefined] {
    const from = this.#bound(schema, least, place) ?? 0;
    const to = this.#bound(schema, most, place);
    if (to !== undefined && to < from) throw new Refused(`${most} at ${place} is less than ${least}`);
    return [from, to];
  }

  #string(schema: Schema, place: string): string {
    const { format } = schema;
    if (format !== undefined) {
      const body = typeof format === 'string' && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
      if (body === undefined) throw new Refused(`format ${JSON.stringify(format)} at ${place} is not supported`);
      if ('minLength' in schema || 'maxLength' in schema) throw new Refused(`format with a length at ${place}`);
      return this.#rule(String.raw`"\"" ${body} "\""`);
    }
    const [from, to] = this.#range(schema, 'minLength', 'maxLength', place);
    if (from === 0 && to === undefined) return 'string';
    return this.#rule(String.raw`"\"" char{${from},${to ?? ''}} "\""`);
  }

  #integer(schema: Schema, place: string): string {
    const { minimum, maximum } = schema;
    const isFree = (bound: unknown, sign: 1 | -1): boolean =>
      bound === undefined || (typeof bound === 'number' && bound * sign >= LARGEST);
    if (isFree(maximum, 1)) {
      if (isFree(minimum, -1)) return 'integer';
      if (minimum === 0) return this.#rule(`"0" | [1-9] [0-9]{0,${DIGITS - 1}}`);
      if (minimum === 1) return this.#rule(`[1-9] [0-9]{0,${DIGITS - 1}}`);
    }
    // A short range is written out.
    if (typeof minimum === 'number' && typeof maximum === 'number') {
      const first = Math.ceil(minimum);
      const size = Math.floor(maximum) - first + 1;
      if (size >= 1 && size <= 256)
        return this.#rule(Array.from({ length: size }, (_, at) => `"${first + at}"`).join(' | '));
    }
    throw new Refused(
      `minimum and maximum at ${place} are supported as 0, as 1, or as a range of at most 256 integers`,
    );
  }

  #object(schema: Schema, place: string, depth: number): string {
    const properties = schema['properties'] ?? {};
    const required: unknown = schema['required'] ?? [];
    if (!isObject(properties)) throw new Refused(`properties at ${place} must be an object`);
    if (!Array.isArray(required)) throw new Refused(`required at ${place} must be a list`);
    const extra = schema['additionalProperties'];
    const names = Object.keys(properties);
    const missing = required.find((name) => typeof name !== 'string' || !names.includes(name));
    if (missing !== undefined)
      throw new Refused(`required at ${place} names ${JSON.stringify(missing)}, which properties do not`);
    if (names.length === 0) {
      if (extra === false || (extra === undefined && 'properties' in schema)) return this.#rule('"{" ws "}"');
      if (extra === undefined || extra === true) return 'object';
      const entry = this.#rule(`string ":" ws ${this.visit(extra, `${place}.additionalProperties`, depth + 1, [])}`);
      return this.#rule(`"{" ws (${entry} ("," ws ${entry})*)? ws "}"`);
    }
    // From the last to the first: what may follow when something stands before, and what when nothing does.
    let after = '';
    let first = '';
    for (const name of names.toReversed()) {
      const value = this.visit(properties[name], `${place}.${name}`, depth + 1, []);
      const entry = this.#rule(`${literal(name)} ":" ws ${value}`);
      const must = required.includes(name);
      const begun = `${entry} ${after}`;
      first = this.#rule(must ? begun : `${begun} | ${first === '' ? '""' : first}`);
      after = this.#rule(must ? `"," ws ${begun}` : `("," ws ${entry})? ${after}`);
    }
    return this.#rule(`"{" ws ${first} ws "}"`);
  }

  #array(schema: Schema, place: string, depth: number): string {
    const [from, to] = this.#range(schema, 'minItems', 'maxItems', place);
    const items = schema['items'];
    if (to === 0) return this.#rule('"[" ws "]"');
    const item = items === undefined ? 'value' : this.visit(items, `${place}[]`, depth + 1, []);
    const more = `("," ws ${item}){${Math.max(0, from - 1)},${to === undefined ? '' : to - 1}}`;
    return this.#rule(from === 0 ? `"[" ws (${item} ${more})? ws "]"` : `"[" ws ${item} ${more} ws "]"`);
  }

  #type(type: unknown, schema: Schema, place: string, depth: number): string {
    switch (type) {
      case 'object':
        return this.#object(schema, place, depth);
      case 'array':
        return this.#array(schema, place, depth);
      case 'string':
        return this.#string(schema, place);
      case 'integer':
        return this.#integer(schema, place);
      case 'number':
        if ('minimum' in schema || 'maximum' in schema) {
          throw new Refused(`minimum and maximum of a number at ${place} are not supported, only those of an integer`);
        }
        return 'number';
      case 'boolean':
      case 'null':
        return type;
      default:
        throw new Refused(`type ${JSON.stringify(type)} at ${place} is no type of JSON`);
    }
  }

  #reference(reference: unknown, place: string, depth: number, open: readonly string[]): string {
    const match = typeof reference === 'string' ? /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(reference) : null;
    const [path, folder = '', name = ''] = match ?? [];
    const definitions = this.#root[folder];
    if (path === undefined || !isObject(definitions) || !Object.hasOwn(definitions, name)) {
      throw new Refused(`$ref ${JSON.stringify(reference)} at ${place} names none of the schema's own $defs`);
    }
    if (open.includes(path)) throw new Refused(`$ref ${path} at ${place} leads to itself`);
    const known = this.#references.get(path);
    if (this.#writing.has(path)) this.#recursive = true;
    if (known !== undefined) return known;
    // Named before its body is written, which may name it.
    const rule = `d${this.#references.size}`;
    this.#references.set(path, rule);
    this.#writing.add(path);
    const body = this.visit(definitions[name], path, depth + 1, [...open, path]);
    this.#writing.delete(path);
    this.rules.push(`${rule} ::= ${body}`);
    return rule;
  }

  /** @param open the references that were followed since the last character */
  visit(schema: unknown, place: string, depth: number, open: readonly string[]): string {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES) throw new Refused(`it has more than ${MAX_NODES} parts`);
    if (depth > MAX_DEPTH) throw new Refused(`it is deeper than ${MAX_DEPTH} levels`);
    if (schema === true) return 'value';
    if (!isObject(schema)) throw new Refused(`${place} is no schema`);
    const foreign = Object.keys(schema).find((keyword) => !KEYWORDS.has(keyword));
    if (foreign !== undefined) throw new Refused(`the keyword ${JSON.stringify(foreign)} at ${place} is not supported`);
    if ('$ref' in schema) return this.#reference(schema['$ref'], place, depth, open);
    if ('const' in schema) return this.#rule(literal(schema['const']));
    const values = schema['enum'];
    if (values !== undefined) {
      if (!Array.isArray(values) || values.length === 0) throw new Refused(`enum at ${place} must be a list of values`);
      return this.#rule(values.map(literal).join(' | '));
    }
    const variants = schema['anyOf'] ?? schema['oneOf'];
    if (variants !== undefined) {
      if (!Array.isArray(variants) || variants.length === 0)
        throw new Refused(`anyOf at ${place} must be a list of schemas`);
      this.#branch(variants);
      return this.#rule(variants.map((variant) => this.visit(variant, place, depth + 1, open)).join(' | '));
    }
    const type = schema['type'] ?? ('properties' in schema ? 'object' : undefined);
    if (Array.isArray(type)) {
      if (type.length === 0) throw new Refused(`type at ${place} is empty`);
      return this.#rule([...new Set<unknown>(type)].map((one) => this.#type(one, schema, place, depth)).join(' | '));
    }
    if (type !== undefined) return this.#type(type, schema, place, depth);
    const bare = Object.keys(schema).find((keyword) => !ANNOTATIONS.has(keyword));
    if (bare !== undefined) throw new Refused(`${bare} at ${place} needs a type beside it`);
    return 'value';
  }
}

/**
 * Writes the grammar of a JSON Schema. What is optional may be left out, what is not named in `properties` is never
 * written, and of `oneOf` as of `anyOf` one variant is. Definitions are taken from `$defs` and `definitions`.
 */
export const jsonGrammar = (schema: unknown): JsonGrammar => {
  if (!isObject(schema)) return { outcome: 'refused', reason: 'it must be an object' };
  if (depthOf(schema) > MAX_DEPTH * 3) return { outcome: 'refused', reason: `it is deeper than ${MAX_DEPTH} levels` };
  if (Buffer.byteLength(JSON.stringify(schema)) > MAX_BYTES) {
    return { outcome: 'refused', reason: `it has more than ${MAX_BYTES} bytes` };
  }
  const writer = new Writer(schema);
  try {
    const root = writer.visit(schema, '$', 0, []);
    writer.check();
    return { outcome: 'grammar', gbnf: [`root ::= ${root}`, ...writer.rules].join('\n') };
  } catch (error) {
    if (error instanceof Refused) return { outcome: 'refused', reason: error.message };
    throw error;
  }
};

/** The grammar of any JSON object. */
export const OBJECT_GRAMMAR = ['root ::= object', ...BASICS].join('\n');

/** The grammar of one of some texts. */
export const choiceGrammar = (texts: readonly string[]): string =>
  `root ::= ${texts.map((text) => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(' | ')}`;
