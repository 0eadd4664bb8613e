import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { secretFrom, type Secret } from '#mesh/secret.ts';

export interface TestDatabase {
  /** The owner's address; services derive their own from it with `serviceAddress`. */
  readonly url: string;
  readonly secret: Secret;
  /** The text that `secret` derives from, for processes that are started with DEVSTUDIO_SECRET. */
  readonly secretText: string;
  /** Runs one statement as the owner. */
  sql(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

const once = async (url: string, text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text, [...values]);
    return result.rows;
  } finally {
    await client.end();
  }
};

/** A database of its own for a test file: a clone of the migrated template. Drop it when done. */
export const freshDatabase = async (): Promise<TestDatabase> => {
  const { template, secret } = inject('postgres');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new URL(template);
  const source = admin.pathname.slice(1);
  admin.pathname = '/postgres';
  await once(admin.href, `create database ${name} template ${source}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    secret: secretFrom(secret),
    secretText: secret,
    sql: (text, values) => once(url.href, text, values),
    drop: async () => {
      await once(admin.href, `drop database if exists ${name} with (force)`);
    },
  };
};
