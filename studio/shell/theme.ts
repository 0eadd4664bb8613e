import type { ThemeName } from '#themes/tokens.ts';
import { createObservable, useObservable } from '../state/observable.ts';

const OTHER: Readonly<Record<ThemeName, ThemeName>> = { NeonCyberNight: 'SerialSteel', SerialSteel: 'NeonCyberNight' };

/** What `public/theme-boot.js` has set before the first paint. */
const booted = (): ThemeName =>
  document.documentElement.dataset['theme'] === 'SerialSteel' ? 'SerialSteel' : 'NeonCyberNight';

const theme = createObservable<ThemeName>(booted());

export const useTheme = (): ThemeName => useObservable(theme);

/** Switches to the other theme and keeps the choice, which until then follows the system. */
export const switchTheme = (): void => {
  const next = OTHER[theme.get()];
  document.documentElement.dataset['theme'] = next;
  localStorage.setItem('theme', next);
  theme.set(next);
};
