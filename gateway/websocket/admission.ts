export interface Arrival {
  /** What the client asks for, without its query. */
  readonly path: string;
  readonly stopping: boolean;
  /** Sockets of the same address that have not said who they are, and how many it may have. */
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

/** Decides whether a connection becomes a WebSocket. Until it sends a credential it counts for its address. */
export const decideAdmission = (arrival: Arrival): Admission => {
  const { path, stopping, ofAddress, mostOfAddress } = arrival;
  if (path !== '/graphql') return refused('404 Not Found');
  if (ofAddress >= mostOfAddress) return refused('429 Too Many Requests');
  return stopping ? refused('503 Service Unavailable') : { outcome: 'accepted' };
};
