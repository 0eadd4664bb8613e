import { createPublicKey, type KeyObject } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
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

/** Unknown ids reload the keys no more often than this, and whoever comes sooner waits for it. */
const RELOAD_PAUSE_MS = 250;
/** A key that was withdrawn is believed for no longer than this, and a new one published no later. */
const MAX_AGE_MS = 2_000;

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
  readonly #wait: (milliseconds: number) => Promise<unknown>;
  #keys: ReadonlyMap<string, Key> = new Map();
  #loading: Promise<void> | undefined;
  #loadedAt = Number.NEGATIVE_INFINITY;

  /** @param load asks the users service; rejects with a StudioError when it cannot be reached */
  constructor(
    load: () => Promise<readonly KeyRow[]>,
    now: () => number = Date.now,
    wait: (milliseconds: number) => Promise<unknown> = setTimeout,
  ) {
    this.#load = load;
    this.#now = now;
    this.#wait = wait;
  }

  /** The key of this id. An unknown id reloads the keys, but not again and again: ids come from strangers. */
  async find(kid: string): Promise<KeyObject | undefined> {
    if (this.#keys.has(kid)) await this.#refresh(MAX_AGE_MS);
    if (!this.#keys.has(kid)) await this.#refresh(0);
    return this.#keys.get(kid)?.verify;
  }

  async published(): Promise<readonly PublishedKey[]> {
    await this.#refresh(MAX_AGE_MS);
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
    const early = this.#loadedAt + RELOAD_PAUSE_MS - this.#now();
    if (early > 0) await this.#wait(early);
    const rows = await this.#load();
    this.#keys = new Map(rows.map(read));
    this.#loadedAt = this.#now();
  }
}
