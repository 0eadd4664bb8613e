/** Places for what is under way at the same time; who finds none waits in the order of arrival. */
export class Lane {
  readonly #places: number;
  #taken = 0;
  readonly #waiting = new Set<() => void>();

  /** @param places how many there are */
  constructor(places: number) {
    this.#places = places;
  }

  /** Those that wait for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Takes a place. Rejects with the reason of the signal when that aborts before there is one.
   * @returns gives the place back; more than once is once
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#taken < this.#places) this.#taken += 1;
    else await this.#turn(signal);
    let held = true;
    return () => {
      if (held) this.#leave();
      held = false;
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.#waiting.delete(go);
        reject(signal.reason);
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #leave(): void {
    const [next] = this.#waiting;
    // The place goes from one to the other.
    if (next) next();
    else this.#taken -= 1;
  }
}
