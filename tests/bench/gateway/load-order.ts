import { z } from 'zod';

/** One round of requests. */
export const Requests = z.object({
  kind: z.literal('requests'),
  url: z.string(),
  query: z.string(),
  /** Whether every request has a seed of its own, so that no two of them ask the same. */
  distinct: z.boolean(),
  ms: z.number(),
  atOnce: z.number(),
});

/** One subscription of each of some clients, read to its end. */
export const Streams = z.object({
  kind: z.literal('streams'),
  url: z.string(),
  query: z.string(),
  distinct: z.boolean(),
  clients: z.number(),
  events: z.number(),
});

export const Order = z.discriminatedUnion('kind', [Requests, Streams]);
export type Requests = z.infer<typeof Requests>;
export type Streams = z.infer<typeof Streams>;
export type Order = z.infer<typeof Order>;

/** What came of it; latencies in milliseconds, none for streams. */
export const Outcome = z.object({
  done: z.number(),
  seconds: z.number(),
  p50: z.number().nullable(),
  p99: z.number().nullable(),
});
export type Outcome = z.infer<typeof Outcome>;

export const LoadReport = z.union([Outcome, z.object({ failure: z.string() })]);
