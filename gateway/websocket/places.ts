/** WebSockets that have not said yet who they are. They have three seconds for it; the oldest gives way to a new one. */
export const MAX_NEWCOMERS = 512;
/** WebSockets that have said that they are nobody. The oldest that does nothing gives way to a new one. */
export const MAX_NOBODIES = 256;
/** WebSockets of users. Nobody else takes these places. */
export const MAX_KNOWN = 1_280;

/** A connection that may have to give way. */
export interface Guest {
  /** Whether something is under way on it. */
  readonly isBusy: () => boolean;
  readonly giveWay: () => void;
}

/** The places for WebSockets: three kinds of them, so that none takes those of another. */
export class Places {
  /** Each oldest first. */
  readonly #newcomers = new Set<Guest>();
  readonly #nobodies = new Set<Guest>();
  readonly #known = new Set<Guest>();

  enter(guest: Guest): void {
    const [oldest] = this.#newcomers;
    if (oldest && this.#newcomers.size >= MAX_NEWCOMERS) this.#end(oldest);
    this.#newcomers.add(guest);
  }

  /** @returns false when everybody else there is busy */
  stayUnknown(guest: Guest): boolean {
    if (!this.#newcomers.has(guest)) return false;
    if (this.#nobodies.size >= MAX_NOBODIES) {
      const idle = this.#nobodies.values().find(({ isBusy }) => !isBusy());
      if (!idle) return false;
      this.#end(idle);
    }
    this.#newcomers.delete(guest);
    this.#nobodies.add(guest);
    return true;
  }

  /** @returns false when there is no place for it */
  becomeKnown(guest: Guest): boolean {
    if (!this.#newcomers.has(guest) || this.#known.size >= MAX_KNOWN) return false;
    this.#newcomers.delete(guest);
    this.#known.add(guest);
    return true;
  }

  leave(guest: Guest): void {
    for (const kind of [this.#newcomers, this.#nobodies, this.#known]) kind.delete(guest);
  }

  #end(guest: Guest): void {
    this.leave(guest);
    guest.giveWay();
  }
}
