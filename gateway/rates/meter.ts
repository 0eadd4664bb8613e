import { RateLimiterMemory } from 'rate-limiter-flexible';
import { originOf, type Origin } from '#mesh/address.ts';
import type { Claim } from '../access/claim.ts';
import type { SignIn } from './cost.ts';
import { decideRate, type RateDecision } from './decision.ts';
import { RATE_LIMITS, type RateLimits } from './limits.ts';

const MINUTE = 60;
/** Signatures that are checked for one address, for each point that it has. */
const CHECKS = 10;

/** What there may be too much of. */
export type RateLimit = 'requests' | 'sign_ins';

/** Told of everything that is refused. */
export type OnRefusal = (limit: RateLimit) => void;

/** The known device that a sign-in names; null for none. */
export type DeviceOf = (signIn: SignIn) => string | null;

/** Windows of one length, counted in this process; each is forgotten when it is over. */
class Windows {
  readonly #limiter: RateLimiterMemory;
  readonly #onRefusal: () => void;

  /** @param seconds how long a window is */
  constructor(seconds: number, onRefusal: () => void) {
    this.#onRefusal = onRefusal;
    // Its own limit is not used: the limit depends on who asks.
    this.#limiter = new RateLimiterMemory({ points: 1, duration: seconds });
  }

  async take(key: string, points: number, limit: number): Promise<RateDecision> {
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(key, points);
    const decision = decideRate({ consumed: consumedPoints, msToReset: msBeforeNext }, points, limit);
    if (decision.outcome === 'over') {
      this.#onRefusal();
      await this.giveBack(key, points);
    }
    return decision;
  }

  async giveBack(key: string, points: number): Promise<void> {
    // Of a window that is over there is nothing to give back.
    const window = await this.#limiter.get(key);
    if (window) await this.#limiter.reward(key, Math.min(points, window.consumedPoints));
  }
}

interface Counters {
  readonly limits: RateLimits;
  readonly points: Windows;
  readonly signIns: Windows;
  /** Signatures that were checked. */
  readonly checks: Windows;
  readonly deviceOf: DeviceOf;
}

/** Whose points are taken. */
interface Payer {
  readonly key: string;
  readonly limit: number;
}

/** Told of where a client stands, each time that it changes. */
export type Report = (decision: RateDecision) => void;

/**
 * What one request or connection has taken. Until it has proven who asks, it takes from its address: without a credential
 * from one window, with one that is not known to hold from another, so that neither strangers nor guessers at an address
 * use up what its users need. One that was signed takes from a window of its own, and what has proven who asks, from its
 * user.
 */
export class Meter {
  readonly #counters: Counters;
  readonly #origin: Origin;
  readonly #report: Report;
  #payer: Payer;
  /** Points taken before a user was known. */
  #taken = 0;
  #identified = false;
  /** Points taken for work that is still to come. */
  #prepaid = 0;

  constructor(counters: Counters, origin: Origin, report: Report) {
    this.#counters = counters;
    this.#origin = origin;
    this.#report = report;
    this.#payer = this.#ofAddress('address');
  }

  /** Whose it is, as far as is known. */
  get holder(): string {
    return this.#payer.key;
  }

  #ofAddress(window: 'address' | 'guesses' | 'sockets'): Payer {
    return { key: `${window} ${this.#origin.key}`, limit: this.#limit(this.#counters.limits.address) };
  }

  /** Whether one more signature may be checked for this address. */
  async mayCheck(): Promise<boolean> {
    const { checks, limits } = this.#counters;
    const decision = await checks.take(this.#origin.key, 1, this.#limit(limits.address) * CHECKS);
    return decision.outcome === 'within';
  }

  /**
   * Says what is known of who asks, before anything is taken.
   * @param socket its credential comes later; then it takes from what connections of its address have, until it does
   */
  claim(claim: Claim, socket = false): void {
    if (claim.kind === 'signed') {
      this.#payer = { key: `credential ${claim.credential}`, limit: this.#counters.limits.principal };
    } else if (socket) this.#payer = this.#ofAddress('sockets');
    else this.#payer = this.#ofAddress(claim.kind === 'nobody' ? 'address' : 'guesses');
  }

  #limit(limit: number): number {
    return this.#origin.loopback ? limit * this.#counters.limits.loopback : limit;
  }

  async #take(points: number): Promise<RateDecision> {
    const { key, limit } = this.#payer;
    const decision = await this.#counters.points.take(key, points, limit);
    if (!this.#identified && decision.outcome === 'within') this.#taken += points;
    this.#report(decision);
    return decision;
  }

  /** Takes points for a message; what it asks for then uses them up. */
  async prepay(points: number): Promise<RateDecision> {
    const decision = await this.#take(points);
    if (decision.outcome === 'within') this.#prepaid += points;
    return decision;
  }

  /** Takes points for an operation, as far as they are not paid yet. */
  spend(points: number): Promise<RateDecision> {
    const paid = Math.min(points, this.#prepaid);
    this.#prepaid -= paid;
    return this.#take(points - paid);
  }

  /** A user has proven who asks: what this meter has taken so far is counted there, and nobody else's any more. */
  async identify(userId: string): Promise<RateDecision> {
    const points = this.#taken;
    const before = this.#payer;
    this.#taken = 0;
    this.#identified = true;
    this.#payer = { key: `user ${userId}`, limit: this.#counters.limits.principal };
    await this.#counters.points.giveBack(before.key, points);
    return this.#take(points);
  }

  /** For one operation of a connection whose message is paid. */
  forOperation(): Meter {
    const meter = new Meter(this.#counters, this.#origin, this.#report);
    meter.#payer = this.#payer;
    meter.#identified = this.#identified;
    meter.#prepaid = 1;
    return meter;
  }

  /**
   * Takes sign-ins: from those of the address, or of the device that the only one of them names, so that a neighbour who
   * guesses keeps nobody known from signing in.
   */
  signIn(attempts: readonly SignIn[]): Promise<RateDecision> {
    const { limits, signIns, deviceOf } = this.#counters;
    const [only, ...more] = attempts;
    const device = only && more.length === 0 ? deviceOf(only) : null;
    return device === null
      ? signIns.take(this.#origin.key, attempts.length, this.#limit(limits.signIns))
      : signIns.take(`device ${device}`, 1, limits.signIns);
  }
}

/** Opens a meter for a client's address; null when the client is gone already. */
export type OpenMeter = (address: string | null, report?: Report) => Meter;

/**
 * The counters of one gateway. They are in memory and bounded: a window ends after a minute, and all of an IPv6 network is
 * one address.
 */
export const createRates = (
  limits: RateLimits = RATE_LIMITS,
  onRefusal: OnRefusal = () => {},
  deviceOf: DeviceOf = () => null,
): OpenMeter => {
  const counters: Counters = {
    limits,
    points: new Windows(MINUTE, () => onRefusal('requests')),
    signIns: new Windows(MINUTE, () => onRefusal('sign_ins')),
    checks: new Windows(MINUTE, () => {}),
    deviceOf,
  };
  return (address, report = () => {}) => new Meter(counters, originOf(address ?? ''), report);
};
