import { CloseCode } from 'graphql-ws';

/** Why a WebSocket is closed: a code of RFC 6455 or of graphql-ws, and a word to it. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** Why the gateway itself closes one. `docs/reference/api.md` says what a client does then. */
export const CLOSES = {
  /** The gateway stops. */
  goingAway: { code: 1001, reason: 'Going away' },
  /** Nobody's, and nothing is under way on it. */
  idle: { code: 1000, reason: 'Idle' },
  /** It goes on and on asking for what it is refused. */
  tooMany: { code: 1008, reason: 'Too many operations' },
  /** Over a limit, or nobody can say at the moment whether its credential is good. */
  tryAgainLater: { code: 1013, reason: 'Try again later' },
  /** Its credential is not good, or not any more. */
  forbidden: { code: CloseCode.Forbidden, reason: 'Forbidden' },
  /** A fault of ours. */
  failed: { code: CloseCode.InternalServerError, reason: 'Internal server error' },
} as const satisfies Record<string, Close>;
