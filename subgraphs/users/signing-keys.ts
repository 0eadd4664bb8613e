import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey } from 'jose';
import { z } from 'zod';
import { ConfigurationError } from '#mesh/config.ts';
import type { Database, Queries } from '#mesh/database/pool.ts';
import { seal, unseal } from '#mesh/sealed.ts';
import { recordAudit, type Actor } from './audit.ts';
import {
  activateNextKey,
  activeSigningKey,
  deleteSigningKeys,
  insertSigningKey,
  listSigningKeys,
  lockSigningKeys,
  type NewSigningKey,
  type SigningKey,
  type Standing,
} from './store/signing-keys.ts';

export const ALGORITHM = 'EdDSA';

/** A key signs for so long, and is then followed by another. */
const ACTIVE_SECONDS = 30 * 86_400;
/** Verifiers believe what they have read for five minutes, so by then each of them knows the next key. */
const PUBLISHED_SECONDS = 360;
/** No access token is accepted for longer after it was signed. */
const RETIRED_SECONDS = 900;

/** The installation itself. */
const NOBODY: Actor = { userId: null, credential: 'none', credentialId: null, address: null, requestId: null };

/** An Ed25519 key as its JSON Web Key has it (RFC 8037). */
const Ed25519Jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });

const makeKey = async (sealingKey: Buffer): Promise<NewSigningKey> => {
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

/** @throws ConfigurationError when the key was sealed with another secret */
export const openKey = async (key: SigningKey, sealingKey: Buffer): Promise<CryptoKey | Uint8Array> => {
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

export type KeyChange =
  | { readonly change: 'none' }
  | { readonly change: 'make active' | 'make next' | 'activate next' }
  | { readonly change: 'delete'; readonly kids: readonly string[] };

/** Decides what time has made necessary. */
export const dueChange = (keys: readonly Pick<Standing, 'kid' | 'state' | 'seconds'>[]): KeyChange => {
  const active = keys.find(({ state }) => state === 'active');
  const next = keys.find(({ state }) => state === 'next');
  const over = keys.filter(({ state, seconds }) => state === 'retired' && seconds >= RETIRED_SECONDS);
  if (over.length > 0) return { change: 'delete', kids: over.map(({ kid }) => kid) };
  if (next && next.seconds >= PUBLISHED_SECONDS) return { change: 'activate next' };
  if (!active && !next) return { change: 'make active' };
  if (active && !next && active.seconds >= ACTIVE_SECONDS) return { change: 'make next' };
  return { change: 'none' };
};

const apply = async (transaction: Queries, due: KeyChange, sealingKey: Buffer): Promise<void> => {
  switch (due.change) {
    case 'none':
      return;
    case 'make active':
      return insertSigningKey(transaction, await makeKey(sealingKey), 'active');
    case 'make next':
      await insertSigningKey(transaction, await makeKey(sealingKey), 'next');
      return recordAudit(transaction, NOBODY, { action: 'signing-keys.rotated', details: { because: 'age' } });
    case 'activate next':
      return activateNextKey(transaction);
    case 'delete':
      return deleteSigningKeys(transaction, due.kids);
  }
};

/** Takes the keys one step on, when it is time; one indexed look when it is not. Safe on every replica. */
export const keepSigningKeys = async (db: Database, sealingKey: Buffer): Promise<void> => {
  if (dueChange(await listSigningKeys(db)).change === 'none') return;
  await db.transaction(async (transaction) => {
    await lockSigningKeys(transaction);
    await apply(transaction, dueChange(await listSigningKeys(transaction)), sealingKey);
  });
};

/** The key that signs, which the very first start makes. */
export const ensureActiveKey = (db: Database, sealingKey: Buffer): Promise<SigningKey> =>
  db.transaction(async (transaction) => {
    await lockSigningKeys(transaction);
    const active = await activeSigningKey(transaction);
    if (active) return active;
    const made = await makeKey(sealingKey);
    await insertSigningKey(transaction, made, 'active');
    return made;
  });

/**
 * Begins a rotation, unless one is under way. At once means that every key gives way to a new one, and all access tokens
 * end with them.
 * @returns the keys as they then are, newest first
 */
export const rotateSigningKeys = (
  db: Database,
  sealingKey: Buffer,
  { immediately }: { readonly immediately: boolean },
  actor: Actor,
): Promise<readonly Standing[]> =>
  db.transaction(async (transaction) => {
    await lockSigningKeys(transaction);
    const before = await listSigningKeys(transaction);
    if (immediately) {
      await deleteSigningKeys(
        transaction,
        before.map(({ kid }) => kid),
      );
      await insertSigningKey(transaction, await makeKey(sealingKey), 'active');
    } else {
      if (before.some(({ state }) => state === 'next')) return before;
      await insertSigningKey(transaction, await makeKey(sealingKey), 'next');
    }
    await recordAudit(transaction, actor, { action: 'signing-keys.rotated', details: { immediately } });
    return listSigningKeys(transaction);
  });
