import { z } from 'zod';

/** What a service process tells its supervisor over the IPC channel. */
export const FromService = z.discriminatedUnion('type', [
  /** Everything it hosts answers. Addresses by service. */
  z.object({ type: z.literal('ready'), addresses: z.record(z.string(), z.string()) }),
  /** It cannot start, and this sentence says why. */
  z.object({ type: z.literal('refused'), sentence: z.string() }),
]);
export type FromService = z.infer<typeof FromService>;

/** What the supervisor tells a service process: to stop, and how long running answers may go on. That the supervisor is gone, the closed channel tells. */
export const ToService = z.object({ type: z.literal('stop'), graceMs: z.number().nonnegative() });
export type ToService = z.infer<typeof ToService>;
