import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** Keys whose values never reach a log, at any of the depths that our log calls use. */
const SECRETS = ['password', 'authorization', 'cookie', 'token', 'accessToken', 'refreshToken', 'secret', 'apiKey'];

/**
 * A logger that writes JSON lines to standard error, so that standard output stays for what a command answers.
 * @param service name of the part that logs
 * @param level pino's level, `silent` for none
 * @param destination where the lines go instead
 */
export const createLog = (
  service: string,
  level: string,
  destination: DestinationStream = pino.destination({ fd: 2, sync: false }),
): Log =>
  pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // Without it an Error under `error` is written as {}.
      serializers: { error: pino.stdSerializers.err },
      redact: { paths: SECRETS.flatMap((key) => [key, `*.${key}`, `*.headers.${key}`]), censor: '[redacted]' },
    },
    destination,
  );
