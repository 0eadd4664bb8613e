import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { sql } from 'slonik';
import { z } from 'zod';
import { startPostgres } from '#mesh/database/embedded.ts';
import { migrate } from '#mesh/database/migrations.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { openBilling, type BillingStore } from '#subgraphs/models/store/billing.ts';
import { freePort } from '#tests/harness/ports.ts';
import { median, quantile } from './statistics.ts';

const ROUNDS = 7;
/** Chats of one measurement, and how many of them wait at the same time. */
const CHATS = 600;
const AT_ONCE = 32;
const SPREAD = 50;
const TOKENS = 2_000_000_000;

export interface BillingBench {
  /** Reservations with one heartbeat and their settlements a second, all on one balance, and spread over fifty. */
  readonly hotPairs: number;
  readonly spreadPairs: number;
  /** What many others do instead: one unguarded `spent = spent + n` a chat, under the same load. */
  readonly naiveUpdates: number;
  /** Pairs over naive updates on one row: the median of the ratios of neighbouring measurements. */
  readonly ratio: number;
  /** Milliseconds, with nothing else going on: what reserve and settle together add to a chat, what a heartbeat does. */
  readonly added: { readonly p50: number; readonly p95: number };
  readonly heartbeat: { readonly p50: number; readonly p95: number };
}

/** How often a second `work` is done when so many are at it. */
const perSecond = async (work: (n: number) => Promise<unknown>): Promise<number> => {
  let next = 0;
  const begun = performance.now();
  const worker = async (): Promise<void> => {
    for (let n = next++; n < CHATS; n = next++) await work(n);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return (CHATS * 1_000) / (performance.now() - begun);
};

/** What the shortest chat does: it holds, records and settles. */
const pair = async (billing: BillingStore, userId: string): Promise<void> => {
  const requestId = randomUUID();
  await billing.reserve({ requestId, userId, keyId: null, model: 'starter', promptTokens: 20, maxTokens: 100 });
  await billing.heartbeat(requestId, 50);
  await billing.settle(requestId, 50, 'settled', true);
};

/** Milliseconds of each step of chats that come one after the other. */
const alone = async (billing: BillingStore, userId: string) => {
  const added: number[] = [];
  const heartbeat: number[] = [];
  for (let n = 0; n < CHATS; n += 1) {
    const requestId = randomUUID();
    const begun = performance.now();
    await billing.reserve({ requestId, userId, keyId: null, model: 'starter', promptTokens: 20, maxTokens: 100 });
    const reserved = performance.now();
    await billing.heartbeat(requestId, 50);
    const counted = performance.now();
    await billing.settle(requestId, 50, 'settled', true);
    added.push(reserved - begun + performance.now() - counted);
    heartbeat.push(counted - reserved);
  }
  const of = (values: readonly number[]) => ({ p50: median(values), p95: quantile(values, 0.95) });
  return { added: of(added), heartbeat: of(heartbeat) };
};

const measure = async (owner: Database, models: Database): Promise<BillingBench> => {
  const billing = openBilling(models, randomUUID());
  const users = await owner.anyFirst(sql.type(z.object({ id: z.uuid() }))`
    insert into users.accounts (email, password_hash, role)
    select 'bench' || n || '@devstudio.test', '-', 'DEVELOPER' from generate_series(1, ${SPREAD}) n returning id`);
  const nothing = z.object({});
  await owner.query(sql.type(nothing)`
    select billing.grant_tokens(id, ${TOKENS}, null, null) from users.accounts`);
  await owner.query(sql.type(nothing)`create table public.naive (id int primary key, spent bigint not null)`);
  await owner.query(sql.type(nothing)`insert into public.naive values (1, 0)`);
  const [hot = ''] = users;
  const naive = () => owner.query(sql.type(nothing)`update public.naive set spent = spent + 70 where id = 1`);

  // The first round fills caches and pools.
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const hotPairs = await perSecond(() => pair(billing, hot));
    const naiveUpdates = await perSecond(naive);
    const spreadPairs = await perSecond((n) => pair(billing, users[n % SPREAD] ?? hot));
    if (round > 0) rounds.push({ hotPairs, naiveUpdates, spreadPairs });
  }
  return {
    hotPairs: median(rounds.map(({ hotPairs }) => hotPairs)),
    spreadPairs: median(rounds.map(({ spreadPairs }) => spreadPairs)),
    naiveUpdates: median(rounds.map(({ naiveUpdates }) => naiveUpdates)),
    ratio: median(rounds.map(({ hotPairs, naiveUpdates }) => hotPairs / naiveUpdates)),
    ...(await alone(billing, hot)),
  };
};

/** Measures the SQL of billing on a PostgreSQL of its own that commits to the disk, as it does in earnest. */
export const benchBilling = async (): Promise<BillingBench> => {
  const log = createLog('bench', 'silent');
  const secret = secretFrom(randomBytes(32).toString('hex'));
  const home = await mkdtemp(join(tmpdir(), 'devstudio-bench-'));
  try {
    const server = await startPostgres({ home, port: await freePort(), secret, log });
    try {
      await migrate(server.url, secret, join(import.meta.dirname, '../../migrations'));
      const owner = await openPool(server.url, log);
      const models = await openPool(serviceAddress(server.url, 'models', secret), log);
      try {
        return await measure(owner, models);
      } finally {
        await owner.end();
        await models.end();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};
