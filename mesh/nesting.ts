/**
 * Whether a value of JSON holds values in values to more than so many levels, counted without a stack of its own: what
 * is nested deeply enough overflows that of whoever writes it out again.
 */
export const isNestedDeeper = (value: unknown, most: number): boolean => {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
};
