import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { Lru } from '../lru.ts';
import { CLOCK_TOLERANCE } from './expiry.ts';
import type { Keys } from './keys.ts';

const ISSUER = 'cyberdevstudio';
const AUDIENCE = 'cyberdevstudio';
/** Tokens are issued for ten minutes. One that says it lasts longer is refused all the same, in seconds. */
const MAX_AGE = 900;
const REMEMBERED = 10_000;

const Claims = z.object({ sub: z.string(), sid: z.string(), exp: z.number(), iat: z.number() });

export interface Session {
  readonly userId: string;
  readonly sessionId: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export type TokenVerdict =
  | { readonly outcome: 'valid'; readonly session: Session }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'invalid' };

/** Verifies access tokens: EdDSA signature, issuer, audience, kind, age. */
export class Tokens {
  readonly #keys: Keys;
  readonly #now: () => number;
  readonly #verified = new Lru<string, { readonly session: Session; readonly kid: string }>(REMEMBERED);

  constructor(keys: Keys, now: () => number = Date.now) {
    this.#keys = keys;
    this.#now = now;
  }

  /** Whether this token was found to be signed before, so that it costs nothing to verify. */
  remembers(token: string): boolean {
    return this.#verified.get(token) !== undefined;
  }

  /** @throws StudioError when the keys cannot be loaded */
  async verify(token: string): Promise<TokenVerdict> {
    const now = this.#now();
    const known = this.#verified.get(token);
    if (known) {
      const { session, kid } = known;
      // A key that is withdrawn ends what it has signed.
      if (!(await this.#keys.find(kid))) return { outcome: 'invalid' };
      return now < session.expiresAt + CLOCK_TOLERANCE * 1_000 ? { outcome: 'valid', session } : { outcome: 'expired' };
    }
    return this.#check(token, now);
  }

  async #check(token: string, now: number): Promise<TokenVerdict> {
    try {
      const { payload, protectedHeader } = await jwtVerify(
        token,
        async ({ kid }) => {
          const key = kid === undefined ? undefined : await this.#keys.find(kid);
          if (!key) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        {
          algorithms: ['EdDSA'],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: 'at+jwt',
          requiredClaims: ['sub', 'sid', 'exp', 'iat'],
          maxTokenAge: MAX_AGE,
          clockTolerance: CLOCK_TOLERANCE,
          currentDate: new Date(now),
        },
      );
      const claims = Claims.safeParse(payload);
      if (!claims.success) return { outcome: 'invalid' };
      const { sub, sid, exp, iat } = claims.data;
      const end = Math.min(exp, iat + MAX_AGE);
      const session = { userId: sub, sessionId: sid, expiresAt: end * 1_000 };
      if (protectedHeader.kid !== undefined) this.#verified.set(token, { session, kid: protectedHeader.kid });
      return { outcome: 'valid', session };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { outcome: 'expired' };
      if (error instanceof errors.JOSEError) return { outcome: 'invalid' };
      throw error;
    }
  }
}
