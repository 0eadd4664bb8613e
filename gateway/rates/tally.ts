/** How many of something each key has at the moment. */
export class Tally {
  readonly #counts = new Map<string, number>();

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** @returns takes it off again; more than once is once */
  add(key: string): () => void {
    this.#count(key, 1);
    let counted = true;
    return () => {
      if (counted) this.#count(key, -1);
      counted = false;
    };
  }

  #count(key: string, by: 1 | -1): void {
    const count = this.of(key) + by;
    if (count === 0) this.#counts.delete(key);
    else this.#counts.set(key, count);
  }
}
