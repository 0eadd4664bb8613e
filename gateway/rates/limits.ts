/** How much a client may ask. Points are per minute; what costs how many stands in `cost.ts`. */
export interface RateLimits {
  /** Points a minute of one user, wherever the requests come from. */
  readonly principal: number;
  /** Points a minute of one address, for all that it asks without proving who asks. */
  readonly address: number;
  /** Sign-ins by password a minute of one address. */
  readonly signIns: number;
  /** Failed sign-ins in fifteen minutes of one e-mail from one address; a success forgets them. */
  readonly failedSignIns: number;
  /** By how much an address of this machine may do more: a proxy, or all programs of a developer, stand behind it. */
  readonly loopback: number;
}

export const RATE_LIMITS: RateLimits = {
  principal: 1_200,
  address: 600,
  signIns: 10,
  failedSignIns: 5,
  loopback: 50,
};
