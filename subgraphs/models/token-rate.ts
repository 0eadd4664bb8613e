/** Tokens a second, over the last few seconds. */
export interface TokenRate {
  add(tokens: number): void;
  perSecond(): number;
}

/** Over so many whole seconds; the one that runs is not among them. */
const SECONDS = 5;

/** @param now milliseconds that never go back */
export const createTokenRate = (now: () => number = () => performance.now()): TokenRate => {
  /** By second. */
  const counts = new Map<number, number>();
  const second = (): number => Math.floor(now() / 1_000);
  const forget = (): void => {
    const oldest = second() - SECONDS;
    for (const at of counts.keys()) if (at < oldest) counts.delete(at);
  };
  return {
    add: (tokens) => {
      forget();
      counts.set(second(), (counts.get(second()) ?? 0) + tokens);
    },
    perSecond: () => {
      forget();
      const running = second();
      let sum = 0;
      for (const [at, tokens] of counts) if (at !== running) sum += tokens;
      return sum / SECONDS;
    },
  };
};
