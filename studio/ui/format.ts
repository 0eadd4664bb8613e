/** A count with spaces that do not break between groups of three digits: `310 482`. */
export const formatCount = (count: number): string =>
  new Intl.NumberFormat('en').format(count).replaceAll(',', '\u00a0');

const UNITS = ['B', 'KiB', 'MiB', 'GiB'] as const;

/** A number of bytes in the largest unit that leaves a number over one: `1.9 MiB`. */
export const formatBytes = (bytes: number): string => {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power > 0 && value < 100 ? 1 : 0)} ${UNITS[power] ?? 'B'}`;
};

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** How long ago an instant was, in the largest whole unit; the date when that is over a week. */
export const formatAgo = (instant: string, now: number = Date.now()): string => {
  const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
  if (seconds < 60) return 'now';
  const step = STEPS.find(([, length]) => seconds >= length);
  if (!step || seconds > 7 * 86_400)
    return new Date(instant).toLocaleDateString('en', { month: 'short', day: 'numeric' });
  const [unit, length] = step;
  return `${Math.floor(seconds / length)} ${unit[0] ?? ''}`;
};
