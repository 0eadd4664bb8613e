import { z } from 'zod';
import { StudioError } from '#mesh/errors.ts';
import { flawOfLine } from '#mesh/one-line.ts';

/** Plain ASCII of RFC 5321's length, so that lower case means the same in the database and here. */
export const Email = z.email('must be an e-mail address').max(254, 'must have at most 254 characters');

export const NewPassword = z
  .string()
  .min(10, 'must have at least 10 characters')
  .max(1024, 'must have at most 1024 characters')
  // Each half of a pair becomes the same replacement character in UTF-8, so that different passwords would be one.
  .refine((text) => text.isWellFormed(), 'must be valid Unicode');

export const Reason = z
  .string()
  .max(200, 'must have at most 200 characters')
  .refine((text) => text === '' || flawOfLine(text) === null, 'must be one line of text');

export const ModelName = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .refine((text) => flawOfLine(text) === null, 'must be one line of text');

/** The largest Int of GraphQL. */
export const MOST_INT = 2_147_483_647;

/** A whole number from `least` on that an Int field can show. */
export const count = (least: number) =>
  z.int('must be a whole number').min(least, `must be ${least} or more`).max(MOST_INT, `must be at most ${MOST_INT}`);

const WHOLE = 'must be a whole number of 0 or more, without leading zeros';

/** The graph's BigInt, from 0 to 2^63 - 1: a decimal string, or a whole number where it is written into the document. */
export const WholeNumber = z
  .union([z.string(), z.number()], WHOLE)
  .refine((value) => typeof value === 'string' || Number.isSafeInteger(value), WHOLE)
  .refine((value) => /^(?:0|[1-9]\d{0,18})$/.test(String(value)), WHOLE)
  .transform(BigInt)
  .refine((value) => value < 1n << 63n, 'must be less than 2^63');

/** The part of a request that a schema describes; its keys are the names of the arguments. */
export const parseInput = <T>(schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const argument = String(issue?.path[0] ?? 'input');
  throw new StudioError('BAD_USER_INPUT', `${argument} ${issue?.message ?? 'is not valid'}.`, { argument });
};

/** Whether a text may be compared with an id of the database. */
export const isId = (text: string): boolean => z.uuid().safeParse(text).success;

/** An instant of ISO 8601 from 1970 to 9999 (UTC): PostgreSQL and the SDL's form of it know these years alike. */
export const Instant = z.iso
  .datetime({ offset: true, error: 'must be an instant in ISO 8601, for example 2026-11-01T00:00:00Z' })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 9999, 'must lie between 1970 and 9999 (UTC)');
