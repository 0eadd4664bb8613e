import { RateLimiterMemory } from 'rate-limiter-flexible';
import { originOf, type Origin } from '#mesh/address.ts';
import type { SignIn } from './cost.ts';
import { decideRate, type RateDecision } from './decision.ts';
import { RATE_LIMITS, type RateLimits } from './limits.ts';

const MINUTE = 60;

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
  readonly deviceOf: DeviceOf;
}

/** Told of where a client stands, each time that it changes. */
export type Report = (decision: RateDecision) => void;

/** What one request or connection has taken, from its address until it has proven who asks, and then from its user. */
export class Meter {
  readonly #counters: Counters;
  readonly #origin: Origin;
  readonly #report: Report;
  #user: string | undefined;
  /** Points taken for the address. */
  #atAddress = 0;
  /** Points taken for work that is still to come. */
  #prepaid = 0;

  constructor(counters: Counters, origin: Origin, report: Report) {
    this.#counters = counters;
    this.#origin = origin;
    this.#report = report;
  }

  #limit(limit: number): number {
    return this.#origin.loopback ? limit * this.#counters.limits.loopback : limit;
  }

  async #take(points: number): Promise<RateDecision> {
    const { limits, points: windows } = this.#counters;
    const decision =
      this.#user === undefined
        ? await windows.take(`address ${this.#origin.key}`, points, this.#limit(limits.address))
        : await windows.take(`user ${this.#user}`, points, limits.principal);
    if (this.#user === undefined && decision.outcome === 'within') this.#atAddress += points;
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

  /** A user has proven who asks: what this meter has taken so far is counted there, and its address is free of it. */
  async identify(userId: string): Promise<RateDecision> {
    const points = this.#atAddress;
    this.#atAddress = 0;
    this.#user = userId;
    await this.#counters.points.giveBack(`address ${this.#origin.key}`, points);
    return this.#take(points);
  }

  /** For one operation of a connection whose message is paid. */
  forOperation(): Meter {
    const meter = new Meter(this.#counters, this.#origin, this.#report);
    meter.#user = this.#user;
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
    deviceOf,
  };
  return (address, report = () => {}) => new Meter(counters, originOf(address ?? ''), report);
};
