/** How much a client may ask. Points are per minute; what costs how many stands in `cost.ts`. */
export interface RateLimits {
  /** Points a minute of one user, wherever the requests come from. */
  readonly principal: number;
  /** Points a minute of one address, for all that it asks without proving who asks. */
  readonly address: number;
  /** Sign-ins by password a minute of one address, and of one known device; what fails is counted by the users service. */
  readonly signIns: number;
  /** Streams that one user has open at the same time, over all connections. */
  readonly streams: number;
  /** Streams of one address that has not proven who asks. */
  readonly anonymousStreams: number;
  /** WebSockets that one user has open at the same time. */
  readonly sockets: number;
  /** WebSockets of one address that have not said who they are. */
  readonly anonymousSockets: number;
  /** Seconds that a WebSocket of nobody's may have nothing under way. */
  readonly anonymousIdle: number;
  /** By how much an address of this machine may do more: a proxy, or all programs of a developer, stand behind it. */
  readonly loopback: number;
}

export const RATE_LIMITS: RateLimits = {
  principal: 1_200,
  address: 600,
  signIns: 10,
  streams: 200,
  anonymousStreams: 20,
  sockets: 100,
  anonymousSockets: 32,
  anonymousIdle: 30,
  loopback: 50,
};
