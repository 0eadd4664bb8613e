import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph, type Schema } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { Kind, specifiedRules, validate, type DocumentNode, type GraphQLError, type GraphQLSchema } from 'graphql';
import { rulesOf, type Rules } from './access/guards.ts';
import { weightsOf } from './cost.ts';
import { deferRule } from './defer/directive.ts';
import { parseBounded } from './limits.ts';
import { Lru } from './lru.ts';
import { Planner } from './planner.ts';

/** Weights, see BoundedDocument. Heavier documents are read each time: a client shall not fill the memory with them. */
const HEAVIEST_REMEMBERED = 1_500;
const REMEMBERED = 50_000;
const MAX_ERRORS = 20;
const RULES = [...specifiedRules, deferRule];

/** Everything that is derived from one supergraph. A document belongs to the generation that has parsed it. */
export class Generation {
  readonly sdl: string;
  readonly rules: Rules;
  /** What clients see. */
  readonly schema: GraphQLSchema;
  readonly planner: Planner;
  readonly #documents = new Lru<string, DocumentNode>(REMEMBERED);
  /** Those that were made known beforehand. */
  readonly #kept = new Map<string, DocumentNode>();
  readonly #read = new WeakMap<DocumentNode, { readonly text: string; readonly weight: number }>();
  readonly #flaws = new WeakMap<DocumentNode, readonly GraphQLError[]>();

  /** @throws Error or ConfigurationError when the SDL is broken or has a rule that cannot be enforced */
  constructor(sdl: string) {
    this.sdl = sdl;
    this.rules = rulesOf(sdl);
    const supergraph = Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    const api: Schema = supergraph.apiSchema();
    this.schema = api.toGraphQLJSSchema({ includeDefer: true });
    let deferring: QueryPlanner | undefined;
    this.planner = new Planner({
      schema: this.schema,
      supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
      api,
      planner: new QueryPlanner(supergraph),
      deferringPlanner: () =>
        (deferring ??= new QueryPlanner(supergraph, { incrementalDelivery: { enableDefer: true } })),
      rules: this.rules,
      weights: weightsOf(sdl),
    });
  }

  /** @throws StudioError or a coded GraphQLError, see parseBounded */
  parse(text: string): DocumentNode {
    const known = this.#kept.get(text) ?? this.#documents.get(text);
    if (known) return known;
    const { document, weight } = parseBounded(text);
    this.#read.set(document, { text, weight });
    return document;
  }

  /** Gives this very document to whoever parses its text again. Meant for those that have been found good to run. */
  remember(document: DocumentNode): void {
    const read = this.#read.get(document);
    if (read && read.weight <= HEAVIEST_REMEMBERED) this.#documents.set(read.text, document, read.weight);
  }

  /**
   * Reads, validates and plans a document beforehand, and keeps it, however many others are asked.
   * @returns why it does not fit the schema; it is then not kept
   * @throws as `parse` does, or what the planner cannot plan
   */
  keep(text: string): readonly GraphQLError[] {
    const document = this.parse(text);
    const flaws = this.validate(document);
    if (flaws.length > 0) return flaws;
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      this.planner.prepare(document, definition.name?.value)?.plan(new Set());
    }
    this.#kept.set(text, document);
    return [];
  }

  /** Lets go of kept documents that are not among these. */
  keepOnly(texts: ReadonlySet<string>): void {
    for (const text of this.#kept.keys()) if (!texts.has(text)) this.#kept.delete(text);
  }

  /** Why a document does not fit the schema, each with code GRAPHQL_VALIDATION_FAILED; empty when it fits. */
  validate(document: DocumentNode): readonly GraphQLError[] {
    const known = this.#flaws.get(document);
    if (known) return known;
    const flaws = validate(this.schema, document, RULES, { maxErrors: MAX_ERRORS });
    for (const flaw of flaws) flaw.extensions['code'] = 'GRAPHQL_VALIDATION_FAILED';
    this.#flaws.set(document, flaws);
    return flaws;
  }
}
