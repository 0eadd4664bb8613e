import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

interface ErrorLine {
  readonly type: string;
  readonly message: string;
  readonly code?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: ErrorLine | undefined;
}

const MAX_CAUSES = 5;

/** What a log says of an error: never its other properties, since a database's errors carry whole rows and values. */
const errorLine = (error: unknown, causes = MAX_CAUSES): ErrorLine => {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return {
    type: error.name,
    message: error.message,
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    stack: error.stack,
    cause: error.cause === undefined || causes === 0 ? undefined : errorLine(error.cause, causes - 1),
  };
};

/** Keys whose values never reach a log, at any of the depths that our log calls use. */
const SECRETS = ['password', 'authorization', 'cookie', 'token', 'accessToken', 'refreshToken', 'secret', 'apiKey'];

// The reader of the log may be gone, killed say, while this process lives a moment longer.
process.stderr.on('error', () => {});

/**
 * A logger that writes JSON lines to standard error, so that standard output stays for what a command answers.
 * @param service name of the part that logs
 * @param level pino's level, `silent` for none
 * @param destination where the lines go instead
 */
export const createLog = (
  service: string,
  level: string,
  // Not pino's own writer: when nobody reads any more it tries for ever to write its rest, and the process never ends.
  destination: DestinationStream = process.stderr,
): Log =>
  pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: (error: unknown) => errorLine(error), err: (error: unknown) => errorLine(error) },
      redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.headers.${key}`]), censor: '[redacted]' },
    },
    destination,
  );
