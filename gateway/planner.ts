import { operationFromDocument, type Schema, type VariableDefinitions } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  executeSync,
  getOperationAST,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { StudioError } from '#mesh/errors.ts';
import { inSpanSync } from '#mesh/trace.ts';
import type { GuardedField, Rules } from './access/guards.ts';
import type { Variables } from './conditions.ts';
import { compilePrice, type Weights } from './cost.ts';
import { findDefers, type Defers } from './defer/directive.ts';
import { divide, type Division } from './defer/parts.ts';
import { isObject, type JsonObject } from './json.ts';
import { asksSubgraphs, expandFragments, guardedFields, introspectionOf, withoutFields } from './selections.ts';
import { compileShape, type Shape } from './shape.ts';

export interface Plan {
  readonly node: QueryPlan['node'];
  /** Types and defaults of the variables that conditions of the plan read. */
  readonly definitions: VariableDefinitions;
}

/** All that can be known of an operation before its variables and its caller are. */
export interface Prepared {
  readonly operation: OperationDefinitionNode;
  readonly guarded: readonly GuardedField[];
  readonly shape: Shape;
  /**
   * The plan without the fields of these coordinates, made on first use.
   * @returns undefined when no subgraph is asked for anything any more
   */
  plan(denied: ReadonlySet<string>): Plan | undefined;
  /** How it is answered in parts; undefined when it defers nothing, which its variables may decide. */
  deferral(variables: Variables): Deferral | undefined;
  /** What it costs, see cost.ts. */
  price(variables: Variables): number;
  /** Whether it asks what the graph is like, with `__schema` or `__type`. */
  readonly introspects: boolean;
  /** The answer to `__schema` and `__type`. */
  introspect(variables: Variables): JsonObject;
}

/** An operation that may be answered in parts. */
export interface Deferral extends Division {
  /** Like `Prepared.plan`, with what is left for later; `indivisible` where the planner finds no way to. */
  plan(denied: ReadonlySet<string>): Plan | undefined | 'indivisible';
}

export interface PlannerParts {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** What the subgraphs are to each other. */
  readonly supergraphSchema: GraphQLSchema;
  readonly api: Schema;
  readonly planner: QueryPlanner;
  /** The planner that leaves for later what is deferred; made for the first document that needs it. */
  readonly deferringPlanner: () => QueryPlanner;
  readonly rules: Rules;
  readonly weights: Weights;
}

/** Roles and policies deny few distinct sets of fields; a plan beyond this many is made each time. */
const MAX_PLANS = 16;

/** Parts that an answer may come in; each of them is planned and shaped for itself. */
const MAX_DEFERS = 32;

/** Prepares each operation of each document once. */
export class Planner {
  readonly parts: PlannerParts;
  readonly #prepared = new WeakMap<OperationDefinitionNode, Prepared>();

  constructor(parts: PlannerParts) {
    this.parts = parts;
  }

  /**
   * @param document parsed and validated
   * @returns undefined when the document has no such operation, or has several and no name was given
   */
  prepare(document: DocumentNode, operationName?: string): Prepared | undefined {
    const found = getOperationAST(document, operationName);
    if (!found) return undefined;
    const known = this.#prepared.get(found);
    if (known) return known;
    const prepared = this.#prepare(expandFragments(document, found));
    this.#prepared.set(found, prepared);
    return prepared;
  }

  #prepare(given: OperationDefinitionNode): Prepared {
    const { schema, rules, weights, planner } = this.parts;
    const defers = findDefers(given);
    if (defers.count > MAX_DEFERS) {
      throw new StudioError('DOCUMENT_TOO_LARGE', `The document defers more than ${MAX_DEFERS} parts.`);
    }
    const operation = defers.whole;
    const introspection = introspectionOf(operation);
    return {
      operation,
      guarded: guardedFields(schema, rules, operation),
      shape: compileShape(schema, operation),
      plan: this.#plans(operation, () => planner),
      deferral: this.#deferrals(defers),
      price: compilePrice(schema, weights, operation),
      introspects: introspection !== undefined,
      introspect: (variables) => {
        if (!introspection) return {};
        const { data } = executeSync({ schema, document: documentOf(introspection), variableValues: variables });
        return isObject(data) ? data : {};
      },
    };
  }

  /** The divisions of a query by which of its `@defer`s hold, each made once. */
  #deferrals(defers: Defers): Prepared['deferral'] {
    const known = new Map<string, Deferral>();
    return (variables) => {
      const holding = defers.whole.operation === OperationTypeNode.QUERY ? defers.holding(variables) : '';
      if (holding === '') return undefined;
      const deferral = known.get(holding) ?? this.#divide(defers.operation(holding));
      if (known.size < MAX_PLANS) known.set(holding, deferral);
      return deferral;
    };
  }

  #divide(operation: OperationDefinitionNode): Deferral {
    const division = divide(this.parts.schema, operation);
    const plans = this.#plans(division.operation, this.parts.deferringPlanner);
    let indivisible = false;
    return {
      ...division,
      plan: (denied) => {
        try {
          return indivisible ? 'indivisible' : plans(denied);
        } catch {
          // @apollo/query-planner gives up on a deferred field that @requires one of another service. The operation has
          // a plan without @defer, which nobody is bound to follow.
          indivisible = true;
          return 'indivisible';
        }
      },
    };
  }

  /** The plans of an operation without the fields of these coordinates, each made once. */
  #plans(operation: OperationDefinitionNode, planner: () => QueryPlanner): Prepared['plan'] {
    const plans = new Map<string, Plan | undefined>();
    return (denied) => {
      const key = [...denied].toSorted().join(' ');
      if (plans.has(key)) return plans.get(key);
      const allowed = denied.size === 0 ? operation : withoutFields(this.parts.schema, operation, denied);
      const plan = this.#plan(allowed, planner);
      if (plans.size < MAX_PLANS) plans.set(key, plan);
      return plan;
    };
  }

  #plan(operation: OperationDefinitionNode, planner: () => QueryPlanner): Plan | undefined {
    if (!asksSubgraphs(operation)) return undefined;
    const parsed = operationFromDocument(this.parts.api, documentOf(operation));
    const { node } = inSpanSync('gateway.plan', () => planner().buildQueryPlan(parsed));
    return { node, definitions: parsed.variableDefinitions };
  }
}

const documentOf = (operation: OperationDefinitionNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [operation],
});
