import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '#mesh/database/embedded.ts';
import { migrate } from '#mesh/database/migrations.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { freePort } from './ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated template that every test database is a clone of. */
    postgres: { readonly template: string; readonly secret: string };
  }
}

/** One real PostgreSQL for a whole run of a test project. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const home = await mkdtemp(join(tmpdir(), 'devstudio-test-'));
  const text = randomBytes(32).toString('hex');
  const secret = secretFrom(text);
  const server = await startPostgres({
    home,
    port: await freePort(),
    secret,
    log: createLog('test', 'silent'),
    durable: false,
  });
  await migrate(server.url, secret, join(import.meta.dirname, '../../migrations'));
  project.provide('postgres', { template: server.url, secret: text });
  return async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  };
};
