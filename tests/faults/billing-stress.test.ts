import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'slonik';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { startPostgres, type EmbeddedPostgres } from '#mesh/database/embedded.ts';
import { migrate } from '#mesh/database/migrations.ts';
import { openPool, serviceAddress, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { grantTokens, reapOne } from '#subgraphs/users/store/billing.ts';
import { freePort } from '#tests/harness/ports.ts';
import { removeQuota, setQuota, type QuotaDefinition } from '#subgraphs/users/store/quotas.ts';
import { BATCH, MODELS, PROCESSES, Told, type Task } from './billing-stress-plan.ts';

/** Workers that go on for so long after they were told to stop are killed; the reaper ends what they held. */
const DEAF_MS = 30_000;

/** How long chats are begun; DEVSTUDIO_STRESS_SECONDS=600 makes a long run. */
const SECONDS = z.coerce
  .number()
  .int()
  .min(20)
  .max(86_400)
  .parse(process.env['DEVSTUDIO_STRESS_SECONDS'] ?? 60);
/** At most so long after one kill of the database comes the next, and at least half of it. */
const DATABASE_LIVES_MS = 20_000;
/** Reservations from one SIGKILL of a worker to the next. */
const KILL_EVERY = 150;
/** A chat takes 30 tokens or so: the last of them find too few. */
const GRANT = 2_000;
const GRANT_EVERY = 100;
/** From then on nothing is granted, so that the last chats find the balance used up. */
const LAST_GRANT = 0.9 * SECONDS * 1_000;

vi.setConfig({ testTimeout: (SECONDS + 180) * 1_000 });

const log = createLog('test', 'silent');
const secret = secretFrom(randomBytes(32).toString('hex'));
let home: string;
let port: number;
let server: EmbeddedPostgres;
let owner: Database;
let users: Database;
let user: string;
/** The first lives on, the second is given a budget half-way, the third is revoked then. */
let keys: readonly string[];

/** Durable, as it is in earnest: it will be killed, and must not forget. */
const startServer = (): Promise<EmbeddedPostgres> => startPostgres({ home, port, secret, log });

const killServer = async (): Promise<void> => {
  const pid = await readFile(join(home, 'postgres/pg18/postmaster.pid'), 'utf8');
  process.kill(Number.parseInt(pid, 10), 'SIGKILL');
  await server.exited;
  server = await startServer();
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'devstudio-stress-'));
  port = await freePort();
  server = await startServer();
  await migrate(server.url, secret, join(import.meta.dirname, '../../migrations'));
  owner = await openPool(server.url, log);
  users = await openPool(serviceAddress(server.url, 'users', secret), log);
  user = await owner.oneFirst(sql.type(z.object({ id: z.uuid() }))`
    insert into users.accounts (email, password_hash, role) values ('stress@devstudio.test', '-', 'DEVELOPER')
    returning id`);
  keys = await owner.anyFirst(sql.type(z.object({ id: z.uuid() }))`
    insert into users.api_keys (user_id, name, prefix, hash, scopes)
    select ${user}, 'stress', 'ds_', sha256(n::text::bytea), '{inference:run}' from generate_series(1, 3) n returning id`);
  for (const model of MODELS) {
    await owner.query(sql.type(z.object({}))`select billing.set_model_price(${model}, 2, 3)`);
  }
  const [first = ''] = keys;
  // Beside the balance: other units, minutes, one model, one key and everybody.
  await limit({ subject: `user:${user}`, unit: 'requests', period: 'total', limit: 1_000_000 });
  await limit({ subject: `user:${user}`, unit: 'tokens', period: 'day', limit: 1_000_000, model: 'small' });
  await limit({ subject: `key:${first}`, unit: 'tokens', period: 'minute', limit: 2_000 });
  await limit({ subject: 'installation', unit: 'microcredits', period: 'month', limit: 100_000_000 });
});

afterAll(async () => {
  await owner.end();
  await users.end();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

const limit = (definition: Omit<QuotaDefinition, 'model'> & { readonly model?: string }): Promise<bigint> =>
  setQuota(users, { model: null, ...definition });

const Window = z.object({
  /** Of a quota and a period. */
  id: z.string(),
  unit: z.string(),
  limit: z.bigint(),
  wrong: z.boolean(),
  reserved: z.bigint(),
  spent: z.bigint(),
});
type Window = z.infer<typeof Window>;

/** Every window against the requests that hold it and the bill of its subject, model and period, in one snapshot. */
const windows = () =>
  owner.any(sql.type(Window)`
    select q.id || ' ' || w.window_start as id, q.unit, q.limit_units as "limit", w.reserved, w.spent,
      w.spent + w.reserved > w.limit_units
      or w.reserved <> (
        select coalesce(sum(h.base + h.per_token * r.completion_cap), 0)
        from billing.llm_requests r cross join unnest(r.holds) h
        where r.state = 'open' and h.quota_id = w.quota_id and h.window_start = w.window_start)
      or w.spent <> (
        select coalesce(sum(case q.unit
          when 'tokens' then u.total_tokens when 'microcredits' then u.cost_microcredits
          else (u.total_tokens > 0)::int end), 0)
        from billing.token_usage u join billing.llm_requests r using (request_id)
        where q.subject in ('installation', 'user:' || u.user_id, 'key:' || u.key_id)
          and (q.model_id is null or q.model_id = u.model_id)
          and r.created_at >= w.window_start and r.created_at < w.ends_at) as wrong
    from billing.quota_window w
    join billing.quota q on q.id = w.quota_id
    where q.limit_units is not null`);

/** Whether something was granted between two samples of a window that was above its limit, lowered meanwhile, all along. */
const grew = (before: Window, { limit, spent, reserved }: Window): boolean =>
  before.limit === limit && before.spent + before.reserved > limit && spent + reserved > before.spent + before.reserved;

const count = z.bigint().transform(Number);
const Sums = z.object({ granted: count, ledger: count, reserved: count, spent: count, billed: count });
const sums = () =>
  owner.one(sql.type(Sums)`
    select b.granted, b.reserved, b.spent,
      (select coalesce(sum(g.tokens), 0)::bigint from billing.grants g) as ledger,
      (select coalesce(sum(u.total_tokens), 0)::bigint from billing.token_usage u) as billed
    from billing.balance(${user}) b`);

const Bill = z.object({ request: z.uuid(), prompt: count, completion: count, outcome: z.string() });

test('200 chats at once on one budget, with workers and the database killed, end in an exact bill', async () => {
  const counts: Record<string, number> = {};
  const counted = (what: string): number => (counts[what] = (counts[what] ?? 0) + 1);
  const wrong: string[] = [];
  /** What the client has received of each request. */
  const delivered = new Map<string, number>();
  const workers = new Set<ChildProcess>();
  const address = serviceAddress(server.url, 'models', secret);
  const startedAt = performance.now();
  const elapsed = (): number => performance.now() - startedAt;
  let tried = 0;
  const stopped = new AbortController();
  const ending = new AbortController();
  let seenBefore: ReadonlyMap<string, Window> = new Map();

  /** Runs on and on beside the chats; a database that is away is asked again. */
  const beside = async (round: () => Promise<unknown>): Promise<void> => {
    while (!ending.signal.aborted) {
      await round().catch(() => counted('rounds without a database'));
      await delay(20);
    }
  };
  const watch = async (): Promise<void> => {
    const seen = await windows();
    counted('samples');
    for (const window of seen) {
      if (window.wrong) wrong.push(`a window of ${window.unit} is not what it should be`);
      const before = seenBefore.get(window.id);
      if (before && grew(before, window)) wrong.push(`a window of ${window.unit} grew above its limit`);
      if (window.spent + window.reserved > window.limit) counted('samples above a lowered limit');
    }
    seenBefore = new Map(seen.map((window) => [window.id, window]));
  };
  const reap = async (): Promise<void> => {
    while (await reapOne(users)) counted('reaped');
  };
  const grant = (): Promise<boolean> => grantTokens(users, { userId: user, tokens: GRANT, reason: null, by: null });

  /** Limits that begin, return and sink while everything runs; the watcher sees whether they count what was used. */
  const changeLimits = async (): Promise<void> => {
    const [, budgeted = '', revoked = ''] = keys;
    const budget = { subject: `key:${budgeted}`, unit: 'tokens', period: 'total' } as const;
    await limit({ ...budget, limit: 1_000_000 });
    await limit({ subject: `user:${user}`, unit: 'microcredits', period: 'day', limit: 100_000_000 });
    // Below what is used by then: nothing is granted until it is raised.
    await limit({ ...budget, limit: 1 });
    await delay(2_000);
    const id = await limit({ ...budget, limit: 1_000_000 });
    await delay(300);
    await removeQuota(users, id);
    await delay(300);
    await limit({ ...budget, limit: 2_000_000 });
    await owner.query(sql.type(z.object({}))`update users.api_keys set revoked_at = now() where id = ${revoked}`);
  };

  /** Decides what the next reservation brings along. */
  const goOn = (): void => {
    tried += 1;
    if (tried % GRANT_EVERY === 0 && elapsed() < LAST_GRANT) grant().catch(() => counted('grants without a database'));
    if (tried % KILL_EVERY === 0) {
      const [victim] = [...workers].slice(randomInt(workers.size));
      victim?.kill('SIGKILL');
    }
  };
  /** First the limits, with a database that stays; then it is killed again and again. */
  const disturb = async (): Promise<void> => {
    await delay(DATABASE_LIVES_MS / 4);
    await changeLimits();
    // So that what ran with the revoked key hears of it.
    await delay(1_000);
    while (!stopped.signal.aborted) {
      await killServer();
      counted('kills of the database');
      const life = randomInt(DATABASE_LIVES_MS / 2, DATABASE_LIVES_MS);
      await delay(life, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const stopInTime = async (): Promise<void> => {
    await delay(SECONDS * 1_000, undefined, { signal: ending.signal });
    stopped.abort();
    for (const worker of workers) worker.send('stop', () => {});
    // One that was just being born, or waits for a database that is away, may not hear of it.
    setTimeout(() => {
      for (const worker of workers) worker.kill('SIGKILL');
    }, DEAF_MS).unref();
  };
  const hear = (message: unknown): void => {
    const told = Told.parse(message);
    switch (told.kind) {
      case 'reserved':
        counted(told.outcome);
        return goOn();
      case 'delivered':
        delivered.set(told.request, told.tokens);
        return;
      case 'closed':
        counted({ ok: 'closed', lost: 'lost', inactive: 'ended with its key' }[told.beat]);
        return;
      case 'away':
        counted('away');
        return;
      case 'wrong':
        wrong.push(told.what);
    }
  };
  const work = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const worker = fork(join(import.meta.dirname, 'billing-stress-worker.ts'), [
        JSON.stringify({ url: address, user, keys: [...keys] } satisfies Task),
      ]);
      worker.on('message', hear);
      workers.add(worker);
      // After `close` there is no message left to be read.
      const [code, signal] = await once(worker, 'close');
      workers.delete(worker);
      if (signal === 'SIGKILL') counted('kills');
      else if (code !== 0) throw new Error(`a worker ended by itself with ${code}`);
    }
  };

  await grant();
  const company = [beside(watch), beside(reap), beside(reap)];
  try {
    await Promise.all([stopInTime(), disturb(), ...Array.from({ length: PROCESSES }, work)]);
    // A lease and a round of the reaper after the last chat nothing is held.
    await vi.waitFor(async () => expect((await sums()).reserved).toBe(0), { timeout: 30_000, interval: 50 });
  } finally {
    ending.abort();
    for (const worker of workers) worker.kill('SIGKILL');
    await Promise.all(company);
  }

  const said = JSON.stringify({ tried, ...counts });
  process.stdout.write(`${said}\n`);
  expect(wrong, said).toEqual([]);
  for (const window of await windows()) expect(window, said).toMatchObject({ wrong: false });
  const { granted, ledger, spent, billed } = await sums();
  expect(ledger, said).toBe(granted);
  expect(spent, said).toBe(billed);
  expect(spent, said).toBeLessThanOrEqual(granted);

  const bills = await owner.any(sql.type(Bill)`
    select request_id as request, prompt_tokens as prompt, completion_tokens as completion, outcome
    from billing.token_usage`);
  const billOf = new Map(bills.map((bill) => [bill.request, bill]));
  expect(billOf.size, said).toBe(bills.length);
  expect(
    [...delivered].filter(([request, tokens]) => (billOf.get(request)?.completion ?? 0) < tokens),
    `undercharged ${said}`,
  ).toEqual([]);
  expect(
    bills.filter(({ request, completion }) => completion > (delivered.get(request) ?? 0) + BATCH),
    `more than one batch over ${said}`,
  ).toEqual([]);
  expect(
    bills.filter(({ request, completion, outcome }) => outcome === 'settled' && completion !== delivered.get(request)),
    `settled at something else than was delivered ${said}`,
  ).toEqual([]);
  expect(
    bills.filter(({ prompt, completion }) => completion > 0 !== prompt > 0),
    `a prompt and its answer are charged together ${said}`,
  ).toEqual([]);

  // A run in which nothing went wrong would have shown nothing.
  const chats = ['granted', 'denied', 'duplicate', 'key_inactive', 'closed', 'ended with its key', 'lost', 'reaped'];
  for (const what of chats.concat(
    'kills',
    'kills of the database',
    'away',
    'samples',
    'samples above a lowered limit',
  )) {
    expect(counts[what], `${what} ${said}`).toBeGreaterThan(0);
  }
});
