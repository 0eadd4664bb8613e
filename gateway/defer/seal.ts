import { sealError, sealResult } from '../errors.ts';
import type { IncrementalResult } from './deliver.ts';

/** A result in parts whose errors are sealed. */
export const sealIncremental = (
  { incremental, ...result }: IncrementalResult,
  requestId: string,
): IncrementalResult => ({
  ...sealResult(result, requestId),
  ...(incremental
    ? {
        incremental: incremental.map(({ errors, ...part }) => ({
          ...part,
          ...(errors ? { errors: errors.map((error) => sealError(error, requestId)) } : {}),
        })),
      }
    : {}),
});
