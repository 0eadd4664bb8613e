import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import { openPool, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { BATCH, CHATS_EACH, LEASE_MS, REPLAYED, type Told } from './billing-stress-plan.ts';

/** One of the processes that chat at the expense of one budget, until it is told to stop, or killed. */
const { url, user } = z.object({ url: z.string(), user: z.uuid() }).parse(JSON.parse(process.argv[2] ?? ''));
const log = createLog('stress', 'silent');
/** A worker that is started while the database is away waits for it. */
const openWhenThere = (): Promise<Database> =>
  openPool(url, log).catch(async () => {
    await delay(50);
    return openWhenThere();
  });
const db = await openWhenThere();
const worker = randomUUID();
const stopping = new AbortController();
process.once('message', () => stopping.abort());
// A parent that is gone reads nothing and stops nobody.
process.once('disconnect', () => process.exit());

/** Answers once the message has left this process: whatever kills it then, the parent reads what was delivered. */
const tell = (message: Told): Promise<void> =>
  new Promise((done, fail) => {
    process.send?.(message, undefined, {}, (error) => (error ? fail(error) : done()));
  });

const lease = `${LEASE_MS} milliseconds`;
const State = z.object({ state: z.string() });
const reserve = (request: string, prompt: number, max: number) =>
  db.one(sql.type(z.object({ outcome: z.string(), cap: z.int() }))`
    select outcome, completion_cap::int as cap
    from billing.reserve(${request}, ${worker}, ${user}, 'starter', ${prompt}, ${max}, 1, 2, 3, ${lease}::interval)`);
const heartbeat = (request: string, completion: number, by = worker): Promise<string> =>
  db.oneFirst(sql.type(State)`select billing.heartbeat(${request}, ${by}, ${completion}, ${lease}::interval) as state`);
const settle = (request: string, completion: number, outcome: string, chargePrompt: boolean): Promise<string> =>
  db.oneFirst(sql.type(State)`select billing.settle(${request}, ${completion}, ${outcome}, ${chargePrompt}) as state`);

/** Delivers batch after batch, each counted first; answers how far it came and whether the lease was lost. */
const generate = async (request: string, tokens: number): Promise<{ delivered: number; lost: boolean }> => {
  const stallsAt = randomInt(10) === 0 ? randomInt(tokens) : -1;
  for (let delivered = 0; delivered < tokens;) {
    const next = Math.min(tokens, delivered + BATCH);
    // What a computer does that sleeps, or a process that swaps.
    if (delivered <= stallsAt && stallsAt < next) await delay(2 * LEASE_MS);
    if ((await heartbeat(request, next)) !== 'ok') return { delivered, lost: true };
    await tell({ kind: 'delivered', request, tokens: next });
    delivered = next;
  }
  return { delivered: tokens, lost: false };
};

const chat = async (): Promise<void> => {
  // One id in five is drawn from few, so that several processes want it, at once or long after.
  const replays = randomInt(5) === 0;
  const request = replays ? `00000000-0000-4000-8000-${String(randomInt(REPLAYED)).padStart(12, '0')}` : randomUUID();
  const prompt = randomInt(1, 20);
  const { outcome, cap } = await reserve(request, prompt, randomInt(1, 64));
  await tell({ kind: 'reserved', outcome });
  if (outcome === 'duplicate') {
    const state = await heartbeat(request, 1, randomUUID());
    if (state !== 'lost') await tell({ kind: 'wrong', what: `another worker's heartbeat was answered ${state}` });
  }
  if (outcome !== 'granted') return;
  if (randomInt(20) === 0) {
    await settle(request, 0, 'failed', false);
    return;
  }
  const { delivered, lost } = await generate(request, randomInt(1, cap + 1));
  const expected = lost ? 'expired' : 'settled';
  // Twice at the same time, the second with another number: only one may count.
  const repeats = randomInt(10) === 0 ? [delivered] : [];
  const states = await Promise.all([delivered, ...repeats].map((tokens) => settle(request, tokens, 'settled', true)));
  states.push(await settle(request, 0, 'failed', false));
  // A settlement that comes after the lease may still be the first.
  const wrong = states.filter((state) => state !== states[0] || (state !== expected && state !== 'expired'));
  if (wrong.length > 0) await tell({ kind: 'wrong', what: `settlements were answered ${states.join(', ')}` });
  await tell({ kind: 'closed', lost });
};

const chatOnAndOn = async (): Promise<void> => {
  while (!stopping.signal.aborted) {
    try {
      await chat();
    } catch {
      // The database was killed: what this chat held is the reaper's.
      await tell({ kind: 'away' });
      await delay(50);
    }
  }
};

await Promise.all(Array.from({ length: CHATS_EACH }, chatOnAndOn));
await db.end();
process.disconnect();
