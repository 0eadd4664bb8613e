import { z } from 'zod';

const LEVELS = { warn: 40, error: 50, fatal: 60 } as const;

/** The parts of one of pino's lines that a person is shown. */
const Line = z.object({
  level: z.number(),
  service: z.string().default('?'),
  msg: z.string().default(''),
  error: z.union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)]).optional(),
});

const parse = (text: string): z.infer<typeof Line> | undefined => {
  try {
    return Line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Escape sequences and other control characters must not reach the terminal from a log. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 500);

/**
 * What the terminal shows of a log line: warnings and worse, short.
 * @param text one JSON line of pino's, or whatever else a process wrote
 * @returns null for what only the file holds
 */
export const shortForm = (text: string): string | null => {
  const line = parse(text);
  if (!line || line.level < LEVELS.warn) return null;
  const word = line.level >= LEVELS.fatal ? 'fatal' : line.level >= LEVELS.error ? 'error' : 'warn';
  const cause = line.error === undefined ? '' : `: ${line.error}`;
  return printable(`${word.padEnd(5)}  ${line.service.padEnd(8)}  ${line.msg}${cause}`);
};
