import { createHash } from 'node:crypto';
import { originOf } from '#mesh/address.ts';
import type { Database } from '#mesh/database/pool.ts';
import { deviceOf, newDeviceToken } from '#mesh/device-token.ts';
import type { Client } from '#mesh/identity.ts';
import { isKnownDevice, keepDevice } from './store/devices.ts';

const LIFETIME_SECONDS = 90 * 86_400;
const MOST = { ofOrigin: 5, ofAll: 50 };

export interface Devices {
  /** The device of this account that a token is of, by name; null for any other text. */
  known(email: string, token: string | null): Promise<string | null>;
  /** The token by which somebody who has just signed in is known: the one that was shown, if it is good, or a new one. */
  remember(
    user: { readonly id: string; readonly email: string },
    shown: string | null,
    client: Client,
  ): Promise<string>;
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** @param key of purpose `device-tokens` */
export const createDevices = (db: Database, key: Buffer): Devices => {
  const known: Devices['known'] = async (email, token) => {
    const device = token === null ? null : deviceOf(key, email, token);
    return device !== null && token !== null && (await isKnownDevice(db, email, hashOf(token))) ? device : null;
  };
  return {
    known,
    remember: async ({ id: userId, email }, shown, client) => {
      const token = shown !== null && (await known(email, shown)) !== null ? shown : newDeviceToken(key, email);
      const origin = originOf(client.address ?? '').key;
      const device = { hash: hashOf(token), userId, origin, lifetimeSeconds: LIFETIME_SECONDS };
      await db.transaction((transaction) => keepDevice(transaction, device, MOST));
      return token;
    },
  };
};
