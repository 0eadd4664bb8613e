import { isNestedDeeper } from '#mesh/nesting.ts';

const MOST_LEVELS = 64;

/** Whether a text is what a function can be called with: a JSON object, and not nested without end. */
export const areArguments = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !isNestedDeeper(value, MOST_LEVELS);
  } catch {
    return false;
  }
};
