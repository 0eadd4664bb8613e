import { z } from 'zod';

/** Four processes with fifty chats each: 200 at once. */
export const PROCESSES = 4;
export const CHATS_EACH = 50;
export const LEASE_MS = 1_000;
/** Tokens that are counted, and then delivered, together. */
export const BATCH = 8;
/** Request ids that everybody wants. */
export const REPLAYED = 100;

/** What each worker is started with: whose chats these are, and the keys that some are made with. */
export const Task = z.object({ url: z.string(), user: z.uuid(), keys: z.array(z.uuid()) });
export type Task = z.infer<typeof Task>;

export const MODELS = ['starter', 'small'] as const;

/** What a worker tells the parent, its client. */
export const Told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reserved'), outcome: z.string() }),
  z.object({ kind: z.literal('delivered'), request: z.uuid(), tokens: z.int() }),
  z.object({ kind: z.literal('closed'), beat: z.enum(['ok', 'lost', 'inactive']) }),
  z.object({ kind: z.literal('away') }),
  z.object({ kind: z.literal('wrong'), what: z.string() }),
]);
export type Told = z.infer<typeof Told>;
