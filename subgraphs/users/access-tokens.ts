import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey } from 'jose';
import { z } from 'zod';
import { ConfigurationError } from '#mesh/config.ts';
import type { Database } from '#mesh/database/pool.ts';
import type { Role } from '#mesh/identity.ts';
import { seal, unseal } from './sealed.ts';
import { activeSigningKey, insertSigningKey, lockSigningKeys, type SigningKey } from './store/signing-keys.ts';

const ALGORITHM = 'EdDSA';
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

/** An Ed25519 key as its JSON Web Key has it (RFC 8037). */
const Ed25519Jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });

const makeKey = async (sealingKey: Buffer): Promise<SigningKey & { publicJwk: Record<string, string> }> => {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const privateJwk = Ed25519Jwk.parse(await exportJWK(privateKey));
  const { d: _private, ...publicPart } = privateJwk;
  const kid = await calculateJwkThumbprint(publicPart);
  return {
    kid,
    publicJwk: { ...publicPart, kid, alg: ALGORITHM, use: 'sig' },
    privateJwk: seal(sealingKey, kid, JSON.stringify(privateJwk)),
  };
};

const openKey = async (key: SigningKey, sealingKey: Buffer): Promise<CryptoKey | Uint8Array> => {
  let text: string;
  try {
    text = unseal(sealingKey, key.kid, key.privateJwk);
  } catch {
    throw new ConfigurationError(
      'The signing key in the database was sealed with another secret: restore DEVSTUDIO_HOME/keys/secret or the DEVSTUDIO_SECRET of that time.',
    );
  }
  return importJWK(Ed25519Jwk.parse(JSON.parse(text)), ALGORITHM);
};

/**
 * Opens the installation's signing key, making it on the very first start.
 * @param sealingKey the key of purpose `signing-keys`
 * @throws ConfigurationError when the key in the database belongs to another secret
 */
export const openAccessTokens = async (db: Database, sealingKey: Buffer): Promise<AccessTokens> => {
  const key = await db.transaction(async (transaction) => {
    await lockSigningKeys(transaction);
    const active = await activeSigningKey(transaction);
    if (active) return active;
    const made = await makeKey(sealingKey);
    await insertSigningKey(transaction, made);
    return made;
  });
  const privateKey = await openKey(key, sealingKey);

  return {
    issue: async ({ id, user }) => {
      const issuedAt = Math.floor(Date.now() / 1_000);
      const expiry = issuedAt + LIFETIME_SECONDS;
      const token = await new SignJWT({ sid: id, role: user.role })
        .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: 'at+jwt' })
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
