import { z } from 'zod';

/** PostgreSQL's timestamptz, which arrives in milliseconds since 1970, as the graph writes it. */
export const Instant = z.number().transform((milliseconds) => new Date(milliseconds).toISOString());
