import type { ChatModelFunctions, GbnfJsonSchema } from 'node-llama-cpp';
import type { Tool } from './protocol.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the library's own grammar of arguments understands as JSON Schema does. */
const TAKEN = new Set(
  'type description enum const $ref additionalProperties items minItems maxItems minLength maxLength'.split(' '),
);
const FORMATS = new Set(['date', 'time', 'date-time']);

const each = (value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).map(([name, child]) => [name, narrow(child)])) : value;

const translate = ([keyword, value]: readonly [string, unknown]): readonly (readonly [string, unknown])[] => {
  if (keyword === 'anyOf' || keyword === 'oneOf') return [['oneOf', Array.isArray(value) ? value.map(narrow) : value]];
  if (keyword === 'properties') return [[keyword, each(value)]];
  if (keyword === '$defs' || keyword === 'definitions') return [['$defs', each(value)]];
  if (keyword === '$ref') return [[keyword, String(value).replace('#/definitions/', '#/$defs/')]];
  if (keyword === 'items' || keyword === 'additionalProperties') return [[keyword, narrow(value)]];
  if (keyword === 'format') return FORMATS.has(String(value)) ? [[keyword, value]] : [];
  return TAKEN.has(keyword) ? [[keyword, value]] : [];
};

/** A schema that the service has let through, in the library's words. */
const narrow = (schema: unknown): unknown =>
  isObject(schema) ? Object.fromEntries(Object.entries(schema).flatMap(translate)) : schema;

/** Tools as the library takes them, which writes their signatures into the prompt as its model was trained. */
export const functionsOf = (tools: readonly Tool[]): ChatModelFunctions =>
  Object.fromEntries(
    tools.map(({ name, description, parameters }) => [
      name,
      // The boundary to the library's type: it is JSON Schema in those of its words that the type has.
      { ...(description === null ? {} : { description }), params: narrow(parameters) as GbnfJsonSchema },
    ]),
  );
