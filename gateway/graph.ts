import type { ExecutionResult } from 'graphql';
import type { StudioError } from '#mesh/errors.ts';
import type { Principal } from './access/principal.ts';

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
  /** Ends the operation, up to the subgraphs, as soon as nobody waits for it. */
  readonly signal: AbortSignal;
}

/** Where a client writes its credential. */
export interface Credentials {
  readonly authorization?: string | undefined;
  readonly 'x-api-key'?: string | undefined;
}

export type Authentication =
  | { readonly outcome: 'accepted'; readonly principal: Principal | null }
  | { readonly outcome: 'refused'; readonly error: StudioError };

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
