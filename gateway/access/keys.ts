import { createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A public key as the users service and `/.well-known/jwks.json` give it: Ed25519 only, and never the private part. */
const PublicKey = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() });

export interface PublishedKey extends z.infer<typeof PublicKey> {
  readonly kid: string;
  readonly alg: 'EdDSA';
  readonly use: 'sig';
}

interface Key {
  readonly verify: KeyObject;
  readonly published: PublishedKey;
}

export interface KeyRow {
  readonly kid: string;
  /** RFC 7517, JSON. */
  readonly jwk: string;
}

const RELOAD_PAUSE_MS = 5_000;
/** A key that was withdrawn is believed for no longer than this. */
const MAX_AGE_MS = 300_000;

const read = ({ kid, jwk }: KeyRow): [string, Key] => {
  const { kty, crv, x } = PublicKey.parse(JSON.parse(jwk));
  return [
    kid,
    {
      verify: createPublicKey({ key: { kty, crv, x }, format: 'jwk' }),
      published: { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' },
    },
  ];
};

/** The public keys of the mesh, as the users service last gave them. */
export class Keys {
  readonly #load: () => Promise<readonly KeyRow[]>;
  readonly #now: () => number;
  #keys: ReadonlyMap<string, Key> = new Map();
  #loading: Promise<void> | undefined;
  #loadedAt = Number.NEGATIVE_INFINITY;

  /** @param load asks the users service; rejects with a StudioError when it cannot be reached */
  constructor(load: () => Promise<readonly KeyRow[]>, now: () => number = Date.now) {
    this.#load = load;
    this.#now = now;
  }

  /** The key of this id. An unknown id reloads the keys, but not again and again: ids come from strangers. */
  async find(kid: string): Promise<KeyObject | undefined> {
    await this.#refresh(this.#keys.has(kid) ? MAX_AGE_MS : RELOAD_PAUSE_MS);
    return this.#keys.get(kid)?.verify;
  }

  async published(): Promise<readonly PublishedKey[]> {
    await this.#refresh(this.#keys.size > 0 ? MAX_AGE_MS : RELOAD_PAUSE_MS);
    return [...this.#keys.values()].map(({ published }) => published);
  }

  async #refresh(maxAge: number): Promise<void> {
    if (this.#now() - this.#loadedAt < maxAge) return;
    this.#loading ??= this.#reload().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  async #reload(): Promise<void> {
    const rows = await this.#load();
    this.#keys = new Map(rows.map(read));
    this.#loadedAt = this.#now();
  }
}
