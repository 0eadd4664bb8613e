import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { compileCheck, type Check } from '#gateway/json-schema.ts';
import { isObject } from '#gateway/json.ts';
import type { Method } from '#gateway/rpc/method.ts';
import { OPENAI, type Dialect } from './dialect.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What one event of a subscription becomes. */
export interface Events {
  /** Each is sent as one event, in JSON. */
  readonly payloads: readonly unknown[];
  /** Nothing comes after it. */
  readonly last: boolean;
}

/** What one event of a subscription is of a file. */
export interface Piece {
  readonly bytes: Buffer;
  /** Nothing comes after it; a file without such a piece is not whole. */
  readonly last: boolean;
}

/** One document of the graph, and what the client gets of its answer. The data is what the document selects. */
export type Ask = {
  readonly document: string;
  readonly variables: Variables;
  /** The model that the client named: where none is installed by that name, the answer is 404. */
  readonly model?: string;
} & (
  | { readonly kind: 'whole'; readonly answer: (data: never) => unknown }
  /** `events` begins a stream, and is then given the data of each event. */
  | { readonly kind: 'stream'; readonly events: () => (data: never) => Events }
  /** A file by this name, of the route's media type. */
  | { readonly kind: 'file'; readonly name: string; readonly piece: (data: never) => Piece }
);

interface Declaration {
  readonly method: 'GET' | 'POST';
  /** A segment in braces stands for any. */
  readonly path: string;
  readonly summary: string;
  readonly tag: 'OpenAI' | 'Ollama' | 'Models' | 'Projects' | 'Administration';
  /** OpenAI's where it is left out. */
  readonly dialect?: Dialect;
  /** Of the body of a POST. */
  readonly body?: AnySchemaObject;
  /** Of the answer; absent where there is but a stream. */
  readonly answer?: AnySchemaObject;
  /** Of each event of the stream. */
  readonly event?: AnySchemaObject;
  /** The media type of a file. */
  readonly file?: string;
  /**
   * @param body has passed its schema; undefined for a GET
   * @param segments what stood for those in braces, by name
   * @throws StudioError for what a schema cannot say
   */
  readonly ask: (body: never, segments: Readonly<Record<string, string>>) => Ask;
}

/** One route of REST, as operations on the graph. */
export interface Route extends Declaration {
  readonly dialect: Dialect;
  readonly checkBody: Check;
  readonly checkAnswer: Check;
  /** The segments of an address that is this route's, by the names in the braces; null for another one. */
  readonly match: (path: string) => Readonly<Record<string, string>> | null;
}

const decode = (segment: string): string | null => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
};

const matcherOf = (pattern: string): Route['match'] => {
  const wanted = pattern.split('/');
  return (path) => {
    const given = path.split('/');
    if (given.length !== wanted.length) return null;
    const segments: Record<string, string> = {};
    for (const [index, want] of wanted.entries()) {
      const segment = given[index] ?? '';
      const name = /^\{(\w+)\}$/.exec(want)?.[1];
      if (name === undefined) {
        if (segment !== want) return null;
        continue;
      }
      const decoded = decode(segment);
      if (decoded === null || decoded === '') return null;
      segments[name] = decoded;
    }
    return segments;
  };
};

/** @throws Error when a schema is not a strict JSON Schema of draft 2020-12 */
export const defineRoute = (declaration: Declaration): Route => ({
  dialect: OPENAI,
  ...declaration,
  checkBody: compileCheck('body', declaration.body ?? {}),
  checkAnswer: compileCheck('answer', declaration.answer ?? {}),
  match: matcherOf(declaration.path),
});

/** A route that takes the params of a JSON-RPC method and answers its result. */
export const routeOfMethod = (
  { schema, document, variables, result }: Method,
  { method, path, tag }: Pick<Declaration, 'method' | 'path' | 'tag'>,
): Route =>
  defineRoute({
    method,
    path,
    tag,
    summary: schema.description,
    ...(method === 'POST' ? { body: schema.params } : {}),
    answer: schema.result,
    ask: (body: unknown) => {
      // A GET has none, and its method no params.
      const params = body ?? {};
      const named = isObject(params) ? params['model'] : undefined;
      return {
        kind: 'whole',
        document,
        variables: variables(params),
        answer: (data) => result(data, params),
        ...(typeof named === 'string' ? { model: named } : {}),
      };
    },
  });
