import { StudioError } from '#mesh/errors.ts';

/** Refuses an argument, by name. */
export const refuse = (argument: string, sentence: string): never => {
  throw new StudioError('BAD_USER_INPUT', sentence, { argument });
};

/**
 * Answers a number that lies in its bounds.
 * @throws StudioError BAD_USER_INPUT naming the argument, what it was and what it may be
 */
export const within = (argument: string, value: number, from: number, to: number): number =>
  value >= from && value <= to ? value : refuse(argument, `${argument} is ${value}; it must be from ${from} to ${to}.`);
