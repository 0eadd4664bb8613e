import { GraphQLError, Kind, Lexer, parse, Source, TokenKind, type DocumentNode, type SelectionSetNode } from 'graphql';
import { StudioError } from '#mesh/errors.ts';
import { isNestedDeeper } from '#mesh/nesting.ts';

/**
 * Bounds of one document. The introspection query of GraphiQL, the largest honest one we know, needs 15 levels and 184
 * tokens.
 */
export const LIMITS = {
  tokens: 1_000,
  /** Number signs: each may begin a comment, which the lexer keeps though it is no token of the document. */
  numberSigns: 10_000,
  /** Brackets inside each other in the text, of any kind; keeps the recursive parser shallow. */
  nesting: 64,
  /** Selection sets inside each other, fragments expanded. */
  depth: 16,
  aliases: 64,
  rootFields: 20,
  /** Fields and spreads after the expansion of fragments; keeps the planner's work small. */
  selections: 2_000,
  /** Selections of one response name at one place of the answer: validation compares each with each. */
  repeats: 32,
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

/**
 * Reads the text token by token, without recursion, and stops at the first that is too many or too deep.
 * @returns the number of tokens
 */
const scan = (source: Source): number => {
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
  return tokens;
};

/** A selection set, and the fragments whose spreading has led to it. */
interface Part {
  readonly set: SelectionSetNode;
  readonly within: readonly string[];
}

/** What is selected under one response name. */
interface Entry {
  count: number;
  readonly inner: Part[];
}

const checkAlias = (alias: string | undefined): void => {
  if (alias?.startsWith('__') !== true) return;
  throw new StudioError('GRAPHQL_VALIDATION_FAILED', 'Names that begin with two underscores are reserved.');
};

/**
 * Walks the selections as an answer would merge them, every fragment written out, and stops at the first that is too
 * much. Fragments are walked for themselves too: validation reads them whether anybody spreads them or not.
 * @returns how many selections there are
 */
const checkSize = ({ definitions }: DocumentNode): number => {
  const fragments = new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  let selections = 0;

  const check = (root: SelectionSetNode, isOperation: boolean): void => {
    let aliases = 0;

    const collect = ({ set, within }: Part, entries: Map<string, Entry>): void => {
      for (const selection of set.selections) {
        selections += 1;
        if (selections > LIMITS.selections) throw tooLarge(`more than ${LIMITS.selections} selections`);
        if (selection.kind === Kind.INLINE_FRAGMENT) collect({ set: selection.selectionSet, within }, entries);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const name = selection.name.value;
          const fragment = fragments.get(name);
          // One that contains itself, or is nowhere, is refused by validation.
          if (!fragment || within.includes(name)) continue;
          collect({ set: fragment.selectionSet, within: [...within, name] }, entries);
        } else {
          checkAlias(selection.alias?.value);
          if (selection.alias) aliases += 1;
          if (aliases > LIMITS.aliases) throw tooLarge(`more than ${LIMITS.aliases} aliases`);
          const key = (selection.alias ?? selection.name).value;
          const entry = entries.get(key) ?? { count: 0, inner: [] };
          entry.count += 1;
          if (entry.count > LIMITS.repeats) throw tooLarge(`more than ${LIMITS.repeats} times the same field`);
          if (selection.selectionSet) entry.inner.push({ set: selection.selectionSet, within });
          entries.set(key, entry);
        }
      }
    };

    const descend = (parts: readonly Part[], depth: number): void => {
      if (depth > LIMITS.depth) throw tooLarge(`more than ${LIMITS.depth} levels`);
      const entries = new Map<string, Entry>();
      for (const part of parts) collect(part, entries);
      if (depth === 1 && isOperation) {
        const width = [...entries.values()].reduce((sum, { count }) => sum + count, 0);
        if (width > LIMITS.rootFields) throw tooLarge(`more than ${LIMITS.rootFields} root fields`);
      }
      for (const { inner } of entries.values()) if (inner.length > 0) descend(inner, depth + 1);
    };

    descend([{ set: root, within: [] }], 1);
  };

  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) check(definition.selectionSet, true);
    if (definition.kind === Kind.FRAGMENT_DEFINITION) check(definition.selectionSet, false);
  }
  return selections;
};

/**
 * Refuses variables that are nested so deeply that writing them out again would overflow the stack.
 * @throws StudioError BAD_USER_INPUT
 */
export const checkVariables = (variables: Readonly<Record<string, unknown>>): void => {
  // The first level is that of the variables themselves.
  if (isNestedDeeper(variables, LIMITS.nesting + 1)) {
    throw new StudioError('BAD_USER_INPUT', `The variables are nested more than ${LIMITS.nesting} deep.`);
  }
};

/** A document of a stranger, within the limits. */
export interface BoundedDocument {
  readonly document: DocumentNode;
  /**
   * What it and all that is made of it take in memory, on the scale of LIMITS.tokens: roughly half a KiB each. Text
   * counts too, for comments are kept with it, and so does that there is a document at all.
   */
  readonly weight: number;
}

const WEIGHT_OF_ANY = 50;
const CHARACTERS_OF_A_TOKEN = 8;

/**
 * Parses a document of a stranger.
 * @throws StudioError DOCUMENT_TOO_LARGE when it is over a limit, found before any recursion
 * @throws GraphQLError with code GRAPHQL_PARSE_FAILED and the place of the mistake
 */
export const parseBounded = (text: string): BoundedDocument => {
  const source = new Source(text);
  try {
    const tokens = scan(source);
    const document = parse(source, { maxTokens: LIMITS.tokens });
    const selections = checkSize(document);
    return { document, weight: WEIGHT_OF_ANY + tokens + selections + Math.ceil(text.length / CHARACTERS_OF_A_TOKEN) };
  } catch (error) {
    if (error instanceof GraphQLError && !(error instanceof StudioError)) throw parseFailed(error);
    throw error;
  }
};
