import { operationFromDocument, type Schema, type VariableDefinitions } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  executeSync,
  getOperationAST,
  Kind,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { GuardedField, Rules } from './access/guards.ts';
import type { Variables } from './conditions.ts';
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
  /** The answer to `__schema` and `__type`. */
  introspect(variables: Variables): JsonObject;
}

export interface PlannerParts {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** What the subgraphs are to each other. */
  readonly supergraphSchema: GraphQLSchema;
  readonly api: Schema;
  readonly planner: QueryPlanner;
  readonly rules: Rules;
}

/** Roles and policies deny few distinct sets of fields; a plan beyond this many is made each time. */
const MAX_PLANS = 16;

/** Prepares each operation of each document once. */
export class Planner {
  readonly parts: PlannerParts;
  readonly #prepared = new WeakMap<DocumentNode, Map<string | undefined, Prepared | undefined>>();

  constructor(parts: PlannerParts) {
    this.parts = parts;
  }

  /**
   * @param document parsed and validated
   * @returns undefined when the document has no such operation, or has several and no name was given
   */
  prepare(document: DocumentNode, operationName?: string): Prepared | undefined {
    let byName = this.#prepared.get(document);
    if (!byName) {
      byName = new Map();
      this.#prepared.set(document, byName);
    }
    const known = byName.get(operationName);
    if (known) return known;
    const found = getOperationAST(document, operationName);
    if (!found) return undefined;
    const prepared = this.#prepare(expandFragments(document, found));
    byName.set(operationName, prepared);
    return prepared;
  }

  #prepare(operation: OperationDefinitionNode): Prepared {
    const { schema, rules } = this.parts;
    const plans = new Map<string, Plan | undefined>();
    const introspection = introspectionOf(operation);
    return {
      operation,
      guarded: guardedFields(schema, rules, operation),
      shape: compileShape(schema, operation),
      plan: (denied) => {
        const key = [...denied].toSorted().join(' ');
        if (plans.has(key)) return plans.get(key);
        const plan = this.#plan(denied.size === 0 ? operation : withoutFields(schema, operation, denied));
        if (plans.size < MAX_PLANS) plans.set(key, plan);
        return plan;
      },
      introspect: (variables) => {
        if (!introspection) return {};
        const { data } = executeSync({ schema, document: documentOf(introspection), variableValues: variables });
        return isObject(data) ? data : {};
      },
    };
  }

  #plan(operation: OperationDefinitionNode): Plan | undefined {
    if (!asksSubgraphs(operation)) return undefined;
    const parsed = operationFromDocument(this.parts.api, documentOf(operation));
    return { node: this.parts.planner.buildQueryPlan(parsed).node, definitions: parsed.variableDefinitions };
  }
}

const documentOf = (operation: OperationDefinitionNode): DocumentNode => ({
  kind: Kind.DOCUMENT,
  definitions: [operation],
});
