import { StudioError } from '#mesh/errors.ts';

/**
 * Places for work that takes much memory or a processor: who finds none waits in the order of arrival, and no user waits
 * or works more often than so many times.
 */
export class Turns {
  readonly #places: number;
  readonly #ofUser: number;
  readonly #users = new Map<string, number>();
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /**
   * @param places how much of it is done at once
   * @param ofUser how much of it one user may have under way, what waits included
   */
  constructor(places: number, ofUser: number) {
    this.#places = places;
    this.#ofUser = ofUser;
  }

  /**
   * Waits for a place.
   * @returns gives the place back; to be called once
   * @throws StudioError RATE_LIMITED when the user has too much of it under way
   */
  async enter(userId: string): Promise<() => void> {
    const own = this.#users.get(userId) ?? 0;
    if (own >= this.#ofUser) {
      const sentence = `You have ${this.#ofUser} of these under way already: wait for one.`;
      throw new StudioError('RATE_LIMITED', sentence, { retryAfterSeconds: 1 });
    }
    this.#users.set(userId, own + 1);
    if (this.#taken < this.#places) this.#taken += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => this.#leave(userId);
  }

  /** Does a piece of work in a place. @throws as `enter`, and as the work */
  async take<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(userId);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #leave(userId: string): void {
    const own = this.#users.get(userId) ?? 0;
    if (own > 1) this.#users.set(userId, own - 1);
    else this.#users.delete(userId);
    const next = this.#waiting.shift();
    // The place goes from one to the other.
    if (next) next();
    else this.#taken -= 1;
  }
}
