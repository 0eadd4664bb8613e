import type { SubgraphName } from './config.ts';

/** What a service says of itself: ready, or the names of what it lacks, each with its mend. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly missing: readonly { readonly what: string; readonly mend: string }[] };

/** A request to a subgraph: GraphQL over HTTP, POST, JSON. Header names are lower case. */
export interface SubgraphRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON text, byte for byte what the signed identity was bound to. */
  readonly body: string;
  /** Ends the work for this request, streams included. */
  readonly signal: AbortSignal;
}

/** A running subgraph. The gateway calls `handle` directly when both live in one process, over HTTP otherwise. */
export interface Subgraph {
  readonly name: SubgraphName;
  /** Answers JSON, or `text/event-stream` (graphql-sse, distinct connections) for a subscription. Never rejects. */
  handle(request: SubgraphRequest): Promise<Response>;
  readiness(): Promise<Readiness>;
  /** Whether the gateway has signed this body for this service; a header that is missing was signed by nobody. */
  isFromGateway(identity: string | undefined, body: string): boolean;
  /** What it counts, in Prometheus' text format; that of the process it runs in is not part of it. */
  metrics(): Promise<string>;
  /** Finishes what runs and frees what is held. */
  stop(): Promise<void>;
}
