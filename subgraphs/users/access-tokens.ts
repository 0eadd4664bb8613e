import { randomUUID } from 'node:crypto';
import { SignJWT, type CryptoKey } from 'jose';
import type { Database } from '#mesh/database/pool.ts';
import type { Role } from '#mesh/identity.ts';
import { ALGORITHM, ensureActiveKey, openKey } from './signing-keys.ts';
import { activeSigningKey } from './store/signing-keys.ts';

/** Issuer and audience: tokens are made by this installation for itself. */
const PARTY = 'cyberdevstudio';
const LIFETIME_SECONDS = 600;

export interface AccessToken {
  readonly token: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

export interface AccessTokens {
  issue(session: {
    readonly id: string;
    readonly user: { readonly id: string; readonly role: Role };
  }): Promise<AccessToken>;
}

interface OpenKey {
  readonly kid: string;
  readonly privateKey: CryptoKey | Uint8Array;
}

/**
 * Opens the installation's signing key, making it on the very first start.
 * @param sealingKey the key of purpose `signing-keys`
 * @throws ConfigurationError when the key in the database belongs to another secret
 */
export const openAccessTokens = async (db: Database, sealingKey: Buffer): Promise<AccessTokens> => {
  let opened: OpenKey | undefined;

  /** Asked for with each token, so that no replica signs with a key that another has retired. */
  const activeKey = async (): Promise<OpenKey> => {
    const key = (await activeSigningKey(db)) ?? (await ensureActiveKey(db, sealingKey));
    if (opened?.kid === key.kid) return opened;
    opened = { kid: key.kid, privateKey: await openKey(key, sealingKey) };
    return opened;
  };
  await activeKey();

  return {
    issue: async ({ id, user }) => {
      const { kid, privateKey } = await activeKey();
      const issuedAt = Math.floor(Date.now() / 1_000);
      const expiry = issuedAt + LIFETIME_SECONDS;
      const token = await new SignJWT({ sid: id, role: user.role })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'at+jwt' })
        .setIssuer(PARTY)
        .setAudience(PARTY)
        .setSubject(user.id)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiry)
        .sign(privateKey);
      return { token, expiresAt: new Date(expiry * 1_000).toISOString() };
    },
  };
};
