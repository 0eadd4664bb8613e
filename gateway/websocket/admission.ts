/** WebSockets that the gateway keeps open at the same time. */
export const MAX_SOCKETS = 2_048;
/** Of these, the ones that have not said who they are: they get little and cost as much. */
export const MAX_ANONYMOUS = 256;

export interface Arrival {
  /** What the client asks for, without its query. */
  readonly path: string;
  readonly stopping: boolean;
  /** Sockets that are open already. */
  readonly open: number;
  readonly anonymous: number;
}

export type Admission =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'refused'; readonly status: '404 Not Found' | '503 Service Unavailable' };

/** Decides whether a connection becomes a WebSocket. Until it sends a credential it counts as anonymous. */
export const decideAdmission = ({ path, stopping, open, anonymous }: Arrival): Admission => {
  if (path !== '/graphql') return { outcome: 'refused', status: '404 Not Found' };
  const full = open >= MAX_SOCKETS || anonymous >= MAX_ANONYMOUS;
  return stopping || full ? { outcome: 'refused', status: '503 Service Unavailable' } : { outcome: 'accepted' };
};
