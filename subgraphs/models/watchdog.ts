/** Watches over somebody who speaks every few seconds. */
export interface Watchdog {
  /** It spoke. */
  heard(): void;
  end(): void;
}

const CHECKS = 12;

/**
 * Starts to watch. Counts checks, not hours: where this process itself was held up, none has passed.
 * @param busy whether it has work; the silence of one without work harms nobody
 * @param onSilence called once, after it said nothing for so long while it had work; then the watch has ended
 * @param patienceMs a multiple of the pause between two signs of life
 */
export const watchSilence = (busy: () => boolean, onSilence: () => void, patienceMs: number): Watchdog => {
  let silent = 0;
  const timer = setInterval(() => {
    silent = busy() ? silent + 1 : 0;
    if (silent < CHECKS) return;
    clearInterval(timer);
    onSilence();
  }, patienceMs / CHECKS).unref();
  return {
    heard: () => {
      silent = 0;
    },
    end: () => clearInterval(timer),
  };
};
