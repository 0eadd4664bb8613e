/** WebSockets that the gateway keeps open at the same time. */
export const MAX_SOCKETS = 2_048;
/** Of these, the ones that have not said who they are: they get little and cost as much. */
export const MAX_ANONYMOUS = 1_024;

export interface Arrival {
  /** What the client asks for, without its query. */
  readonly path: string;
  readonly stopping: boolean;
  /** Sockets that are open already. */
  readonly open: number;
  /** Of these, the ones that have not said who they are. */
  readonly anonymous: number;
  /** Of these, the ones of the same address, and how many it may have. */
  readonly ofAddress: number;
  readonly mostOfAddress: number;
}

export type Admission =
  | { readonly outcome: 'accepted' }
  | {
      readonly outcome: 'refused';
      readonly status: '404 Not Found' | '429 Too Many Requests' | '503 Service Unavailable';
    };

const refused = (status: Extract<Admission, { outcome: 'refused' }>['status']): Admission => ({
  outcome: 'refused',
  status,
});

/** Decides whether a connection becomes a WebSocket. Until it sends a credential it counts as anonymous. */
export const decideAdmission = (arrival: Arrival): Admission => {
  const { path, stopping, open, anonymous, ofAddress, mostOfAddress } = arrival;
  if (path !== '/graphql') return refused('404 Not Found');
  // Before what is full for all: whose fault it is shall not be hidden.
  if (ofAddress >= mostOfAddress) return refused('429 Too Many Requests');
  const full = open >= MAX_SOCKETS || anonymous >= MAX_ANONYMOUS;
  return stopping || full ? refused('503 Service Unavailable') : { outcome: 'accepted' };
};
