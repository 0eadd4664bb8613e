import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { originOf, type Origin } from '#mesh/address.ts';
import { decideRate, type RateDecision } from './decision.ts';
import { RATE_LIMITS, type RateLimits } from './limits.ts';

const MINUTE = 60;
const FAILURES = 15 * MINUTE;

/** What there may be too much of. */
export type RateLimit = 'requests' | 'sign_ins' | 'failed_sign_ins';

/** Told of everything that is refused. */
export type OnRefusal = (limit: RateLimit) => void;

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

  async forget(key: string): Promise<void> {
    await this.#limiter.delete(key);
  }
}

interface Counters {
  readonly limits: RateLimits;
  readonly points: Windows;
  readonly signIns: Windows;
  readonly failures: Windows;
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

  /** Takes sign-ins from those of the address. */
  signIn(times: number): Promise<RateDecision> {
    const { limits, signIns } = this.#counters;
    return signIns.take(this.#origin.key, times, this.#limit(limits.signIns));
  }

  /** A guess by others, at other addresses, must not lock out whoever has the e-mail. */
  #failureKey(email: string): string {
    // Of one length, and nothing that a memory dump would show.
    return createHash('sha256').update(`${this.#origin.key} ${email.trim().toLowerCase()}`).digest('base64url');
  }

  /** Takes a failed sign-in before it has failed, so that many at once are not more than allowed. */
  guess(email: string): Promise<RateDecision> {
    const { limits, failures } = this.#counters;
    return failures.take(this.#failureKey(email), 1, this.#limit(limits.failedSignIns));
  }

  /** The sign-in came to neither success nor failure. */
  guessUndone(email: string): Promise<void> {
    return this.#counters.failures.giveBack(this.#failureKey(email), 1);
  }

  guessedRight(email: string): Promise<void> {
    return this.#counters.failures.forget(this.#failureKey(email));
  }
}

/** Opens a meter for a client's address; null when the client is gone already. */
export type OpenMeter = (address: string | null, report?: Report) => Meter;

/**
 * The counters of one gateway. They are in memory and bounded: a window ends after a minute (failed sign-ins: fifteen),
 * all of an IPv6 network is one address, and failures are no more than the sign-ins that its address may try.
 */
export const createRates = (limits: RateLimits = RATE_LIMITS, onRefusal: OnRefusal = () => {}): OpenMeter => {
  const counters: Counters = {
    limits,
    points: new Windows(MINUTE, () => onRefusal('requests')),
    signIns: new Windows(MINUTE, () => onRefusal('sign_ins')),
    failures: new Windows(FAILURES, () => onRefusal('failed_sign_ins')),
  };
  return (address, report = () => {}) => new Meter(counters, originOf(address ?? ''), report);
};
