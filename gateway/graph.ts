import {
  OperationTypeNode,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { StudioError } from '#mesh/errors.ts';
import type { Client } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Authenticate, Authentication, Credentials } from './access/authenticator.ts';
import { decideAccess, deniedManaging, type DeniedField } from './access/guards.ts';
import { callerOf, type Principal } from './access/principal.ts';
import type { Refusals } from './access/refusals.ts';
import type { Variables } from './conditions.ts';
import { deliver, type IncrementalResult } from './defer/deliver.ts';
import { sealIncremental } from './defer/seal.ts';
import { findDocument, isIntrospection, mayIntrospect } from './documents/admission.ts';
import type { Documents } from './documents/manifest.ts';
import { requestedDocument, type DocumentParams } from './documents/request.ts';
import { expected, sealResult } from './errors.ts';
import { executePrepared } from './execute.ts';
import type { Generation } from './generation.ts';
import { checkVariables } from './limits.ts';
import { coerceVariables } from './variables.ts';
import type { Deferral, Plan, Prepared } from './planner.ts';
import type { Meter } from './rates/meter.ts';
import type { RunContext, Upstreams } from './runner.ts';
import { endable } from './stream.ts';
import { subscribePrepared } from './subscribe.ts';

export type { Authentication, Credentials } from './access/authenticator.ts';

/** What a client asks of the graph. */
export interface Operation {
  /** GraphQL text. */
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Needed when the document holds more than one operation. */
  readonly operationName?: string;
}

/** On whose behalf, and until when. */
export interface Requester {
  readonly requestId: string;
  /** Null for an anonymous request. */
  readonly principal: Principal | null;
  readonly client: Client;
  /** Ends the operation, up to the subgraphs, as soon as nobody waits for it; a StudioError as its reason is the answer. */
  readonly signal: AbortSignal;
  /** Counts what is asked; absent where nobody is limited. */
  readonly meter?: Meter;
  /** Whether the client reads an answer that comes in parts, where its document defers some. */
  readonly incremental?: boolean;
  /** Whether the answer shall say what it costs; it does for those who manage. */
  readonly showCost?: boolean;
}

/**
 * The graph without a transport: every door (GraphQL over HTTP and WebSocket, JSON-RPC) asks it, so that limits,
 * access, plans and errors are decided in one place.
 */
export interface Graph {
  /** Runs a query or a mutation. Never rejects: every error of the result carries a code of the table. */
  execute(operation: Operation, requester: Requester): Promise<ExecutionResult>;
  /** Opens a subscription; a result instead of a stream says why it was refused. Never rejects. */
  subscribe(operation: Operation, requester: Requester): Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
  /** Decides who asks. No credential at all is accepted with a null principal. */
  authenticate(credentials: Credentials, requestId: string, signal: AbortSignal): Promise<Authentication>;
}

/** An operation whose document a door has read already. */
export interface ReadOperation {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

/** The graph for doors whose protocol has them read the document themselves (GraphQL over HTTP, graphql-ws). */
export interface DocumentGraph extends Graph {
  /** What clients see at the moment. */
  schema(): GraphQLSchema;
  /**
   * The text of the document that a request names or brings along; undefined when it does neither.
   * @throws StudioError DOCUMENT_NOT_ALLOWED for an id that nobody knows and, in production mode, for other texts
   */
  find(params: DocumentParams, principal: Principal | null): string | undefined;
  /** @throws StudioError or GraphQLError with code DOCUMENT_TOO_LARGE or GRAPHQL_PARSE_FAILED */
  parse(text: string): DocumentNode;
  /** Why a document that `parse` gave does not fit; empty when it does. */
  validate(document: DocumentNode): readonly GraphQLError[];
  /**
   * Like `execute`, of a document that `parse` gave and `validate` found without fault. Answers with a stream of parts when
   * the document defers some and the requester reads them.
   */
  executeDocument(
    operation: ReadOperation,
    requester: Requester,
  ): Promise<ExecutionResult | AsyncGenerator<IncrementalResult, undefined>>;
  /** Like `subscribe`, likewise. */
  subscribeDocument(
    operation: ReadOperation,
    requester: Requester,
  ): Promise<AsyncGenerator<ExecutionResult, undefined> | ExecutionResult>;
}

export interface GraphOptions {
  /** The generation that new operations run on. */
  readonly current: () => Generation;
  readonly upstreams: Upstreams;
  /** The documents that are known beforehand; none when left out. */
  readonly documents?: () => Documents;
  /** Whether clients get these alone, and the schema only by scope. The rooms' own documents need no listing. */
  readonly closed?: boolean;
  /** What one operation may cost; anything when left out. */
  readonly maxCost?: number;
  readonly authenticate: Authenticate;
  /** Keeps who was refused; absent where nobody does. */
  readonly refusals?: Refusals;
  readonly log: Log;
}

/** @throws StudioError or Refusal */
const variablesOf = (schema: GraphQLSchema, { operation }: Prepared, given: Variables): Variables => {
  checkVariables(given);
  const coercion = coerceVariables(schema, operation.variableDefinitions ?? [], given);
  if (coercion.outcome === 'wrong') throw new Refusal(coercion.errors);
  return coercion.variables;
};

/** Several errors that refuse one operation. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('the operation was refused');
    this.errors = errors;
  }
}

interface Admitted {
  readonly price: number;
  readonly prepared: Prepared;
  readonly denied: readonly DeniedField[];
  readonly context: RunContext;
}

/** Builds the graph over a supergraph and its subgraphs. */
export const createGraph = (options: GraphOptions): DocumentGraph => {
  const { current, upstreams, authenticate, refusals, log } = options;
  const { documents = () => new Map(), closed = false, maxCost = Infinity } = options;
  /** The generation of each document, which its operations finish on even when a newer one is current. */
  const generations = new WeakMap<DocumentNode, Generation>();

  const parse = (text: string): DocumentNode => {
    const generation = current();
    const document = generation.parse(text);
    generations.set(document, generation);
    return document;
  };
  const generationOf = (document: DocumentNode): Generation => generations.get(document) ?? current();
  const validate = (document: DocumentNode): readonly GraphQLError[] => generationOf(document).validate(document);

  const find: DocumentGraph['find'] = (params, principal) => {
    const requested = requestedDocument(params);
    if (requested.kind === 'nothing') return undefined;
    const found = findDocument(requested, documents(), closed, principal);
    if (found.outcome === 'found') return found.text;
    if (found.outcome === 'to be read' && isIntrospection(parse(found.text))) return found.text;
    throw new StudioError('DOCUMENT_NOT_ALLOWED');
  };

  /** Everything that is decided before a subgraph is asked. @throws StudioError or Refusal */
  const admit = (operation: ReadOperation, { principal, client, requestId, signal }: Requester): Admitted => {
    const { document, operationName, variables } = operation;
    const generation = generationOf(document);
    const { planner, schema } = generation;
    const prepared = planner.prepare(document, operationName);
    if (!prepared) throw new StudioError('BAD_REQUEST', 'Could not determine what operation to execute.');
    const access = decideAccess(prepared.guarded, principal, prepared.operation.operation);
    const identity = { requestId, caller: callerOf(principal), client };
    refusals?.note(deniedManaging(access), identity);
    if (access.outcome === 'refused') throw access.error;
    if (closed && prepared.introspects && !mayIntrospect(principal)) {
      throw new StudioError(principal ? 'FORBIDDEN' : 'UNAUTHENTICATED');
    }
    const coerced = variablesOf(schema, prepared, variables ?? {});
    const price = prepared.price(coerced);
    if (price > maxCost) {
      throw new StudioError('DOCUMENT_TOO_LARGE', `The operation may cost ${price}; at most ${maxCost} is answered.`);
    }
    // Only now: a stranger whose documents come to nothing shall not push out those that are in use.
    generation.remember(document);
    return {
      price,
      prepared,
      denied: access.outcome === 'filtered' ? access.denied : [],
      context: {
        supergraphSchema: planner.parts.supergraphSchema,
        upstreams,
        identity,
        signal,
        log: log.child({ requestId }),
        variables: coerced,
      },
    };
  };

  const refusal = (error: unknown, { requestId, signal }: Requester): ExecutionResult => {
    if (error instanceof Refusal) return sealResult({ errors: error.errors }, requestId);
    if (!signal.aborted) return sealResult({ errors: [expected(error, log.child({ requestId }))] }, requestId);
    // Nobody reads the answer to an abandoned request; TIMEOUT is what the client would be told if somebody did.
    const why: unknown = signal.reason;
    return sealResult({ errors: [why instanceof StudioError ? why : new StudioError('TIMEOUT')] }, requestId);
  };

  /** Runs what was admitted to an end. */
  const finish = async (
    admitted: Admitted,
    { requestId, principal, showCost }: Requester,
  ): Promise<ExecutionResult> => {
    const { prepared, denied, context, price } = admitted;
    if (prepared.operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw new StudioError('BAD_REQUEST', 'A subscription needs a stream: ask over WebSocket or text/event-stream.');
    }
    const result = sealResult(await executePrepared(prepared, denied, context), requestId);
    if (showCost !== true || principal?.scopes.includes('users:manage') !== true) return result;
    return { ...result, extensions: { ...result.extensions, cost: { price, most: maxCost } } };
  };

  const parts = async function* (
    { prepared, denied, context }: Admitted,
    deferral: Deferral,
    plan: Plan | undefined,
    requester: Requester,
  ): AsyncGenerator<IncrementalResult, undefined> {
    try {
      for await (const result of deliver(prepared, deferral, plan, denied, context)) {
        yield sealIncremental(result, requester.requestId);
      }
    } catch (error) {
      yield { ...refusal(error, requester), hasNext: false };
    }
    return undefined;
  };

  const executeWhole = async (operation: ReadOperation, requester: Requester): Promise<ExecutionResult> => {
    try {
      return await finish(admit(operation, requester), requester);
    } catch (error) {
      return refusal(error, requester);
    }
  };

  const executeDocument: DocumentGraph['executeDocument'] = async (operation, requester) => {
    try {
      const admitted = admit(operation, requester);
      const deferral = admitted.prepared.deferral(admitted.context.variables);
      if (requester.incremental !== true || !deferral) return await finish(admitted, requester);
      const plan = deferral.plan(new Set(admitted.denied.map(({ field }) => field.coordinate)));
      return plan === 'indivisible' ? await finish(admitted, requester) : parts(admitted, deferral, plan, requester);
    } catch (error) {
      return refusal(error, requester);
    }
  };

  const subscribeDocument: DocumentGraph['subscribeDocument'] = async (operation, requester) => {
    try {
      const { prepared, context } = admit(operation, requester);
      const plan = prepared.plan(new Set());
      if (plan?.node?.kind !== 'Subscription') throw new StudioError('BAD_REQUEST', 'This is no subscription.');
      const stream = await subscribePrepared(prepared, plan, plan.node, context);
      return sealed(stream, requester.requestId);
    } catch (error) {
      return refusal(error, requester);
    }
  };

  /** Reads the text of an operation. @throws as `parse` does, or Refusal */
  const read = ({ document: text, ...rest }: Operation): ReadOperation => {
    const document = parse(text);
    const flaws = validate(document);
    if (flaws.length > 0) throw new Refusal(flaws);
    return { document, ...rest };
  };

  const reading = async <T>(operation: Operation, requester: Requester, run: (read: ReadOperation) => Promise<T>) => {
    try {
      return await run(read(operation));
    } catch (error) {
      return refusal(error, requester);
    }
  };

  return {
    schema: () => current().schema,
    find,
    parse,
    validate,
    executeDocument,
    subscribeDocument,
    authenticate,
    execute: (operation, requester) => reading(operation, requester, (known) => executeWhole(known, requester)),
    subscribe: (operation, requester) => reading(operation, requester, (known) => subscribeDocument(known, requester)),
  };
};

const sealed = (
  stream: AsyncGenerator<ExecutionResult, undefined>,
  requestId: string,
): AsyncGenerator<ExecutionResult, undefined> =>
  endable(
    {
      next: async () => {
        const event = await stream.next();
        return event.done === true ? event : { done: false, value: sealResult(event.value, requestId) };
      },
    },
    () => void stream.return(undefined),
  );
