import {
  GraphQLError,
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { StudioError } from '#mesh/errors.ts';

/** Bounds of one document. The introspection query of GraphiQL, the largest honest one we know, needs 15 levels. */
export const LIMITS = {
  tokens: 2_000,
  /** Number signs: each may begin a comment, which the lexer keeps though it is no token of the document. */
  numberSigns: 10_000,
  /** Brackets inside each other in the text, of any kind; keeps the recursive parser shallow. */
  nesting: 64,
  /** Selection sets inside each other, fragments expanded. */
  depth: 16,
  aliases: 64,
  rootFields: 20,
  /** Fields after the expansion of fragments; keeps the planner's work small. */
  fields: 2_000,
} as const;

const tooLarge = (what: string): StudioError => new StudioError('DOCUMENT_TOO_LARGE', `The document has ${what}.`);

const OPENING = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

const parseFailed = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    extensions: { code: 'GRAPHQL_PARSE_FAILED' },
  });

/** Reads the text token by token, without recursion, and stops at the first that is too many or too deep. */
const scan = (source: Source): void => {
  if (source.body.split('#', LIMITS.numberSigns + 2).length > LIMITS.numberSigns + 1) {
    throw tooLarge(`more than ${LIMITS.numberSigns} number signs`);
  }
  const lexer = new Lexer(source);
  let tokens = 0;
  let nesting = 0;
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    tokens += 1;
    if (tokens > LIMITS.tokens) throw tooLarge(`more than ${LIMITS.tokens} tokens`);
    if (OPENING.has(kind)) nesting += 1;
    else if (CLOSING.has(kind)) nesting -= 1;
    if (nesting > LIMITS.nesting) throw tooLarge(`more than ${LIMITS.nesting} brackets inside each other`);
  }
};

interface Measure {
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  /** Fields of the first level, which may be the root's. */
  readonly width: number;
}

const NOTHING: Measure = { depth: 0, fields: 0, aliases: 0, width: 0 };

/** Measures selections as if every fragment were written out, each fragment being measured once. */
const measurer = (fragments: ReadonlyMap<string, FragmentDefinitionNode>) => {
  const known = new Map<string, Measure>();

  const ofFragment = (name: string): Measure => {
    const before = known.get(name);
    if (before) return before;
    // Stands while the fragment is measured: one that contains itself is then refused by validation.
    known.set(name, NOTHING);
    const fragment = fragments.get(name);
    const measure = fragment ? of(fragment.selectionSet) : NOTHING;
    known.set(name, measure);
    return measure;
  };

  const of = (set: SelectionSetNode): Measure => {
    let { depth, fields, aliases, width } = NOTHING;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const inner = selection.selectionSet ? of(selection.selectionSet) : NOTHING;
        if (selection.alias?.value.startsWith('__')) {
          throw new StudioError('GRAPHQL_VALIDATION_FAILED', 'Names that begin with two underscores are reserved.');
        }
        depth = Math.max(depth, inner.depth + 1);
        fields += inner.fields + 1;
        aliases += inner.aliases + (selection.alias ? 1 : 0);
        width += 1;
      } else {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT ? of(selection.selectionSet) : ofFragment(selection.name.value);
        depth = Math.max(depth, inner.depth);
        fields += inner.fields;
        aliases += inner.aliases;
        width += inner.width;
      }
    }
    return { depth, fields, aliases, width };
  };
  return of;
};

const checkSize = (document: DocumentNode): void => {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const measure = measurer(fragments);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, fields, aliases, width } = measure(definition.selectionSet);
    if (depth > LIMITS.depth) throw tooLarge(`more than ${LIMITS.depth} levels`);
    if (width > LIMITS.rootFields) throw tooLarge(`more than ${LIMITS.rootFields} root fields`);
    if (aliases > LIMITS.aliases) throw tooLarge(`more than ${LIMITS.aliases} aliases`);
    if (fields > LIMITS.fields) throw tooLarge(`more than ${LIMITS.fields} fields`);
  }
};

/**
 * Refuses variables that are nested so deeply that writing them out again would overflow the stack.
 * @throws StudioError BAD_USER_INPUT
 */
export const checkVariables = (variables: Readonly<Record<string, unknown>>): void => {
  let level: readonly unknown[] = Object.values(variables);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.nesting) {
      throw new StudioError('BAD_USER_INPUT', `The variables are nested more than ${LIMITS.nesting} deep.`);
    }
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
};

/**
 * Parses a document of a stranger.
 * @throws StudioError DOCUMENT_TOO_LARGE when it is over a limit, found before any recursion
 * @throws GraphQLError with code GRAPHQL_PARSE_FAILED and the place of the mistake
 */
export const parseBounded = (text: string): DocumentNode => {
  const source = new Source(text);
  try {
    scan(source);
    const document = parse(source, { maxTokens: LIMITS.tokens });
    checkSize(document);
    return document;
  } catch (error) {
    if (error instanceof GraphQLError && !(error instanceof StudioError)) throw parseFailed(error);
    throw error;
  }
};
