import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'slonik';
import { z } from 'zod';
import { openPool, type Database } from '#mesh/database/pool.ts';
import { createLog } from '#mesh/log.ts';
import { BATCH, CHATS_EACH, LEASE_MS, MODELS, REPLAYED, Task, type Told } from './billing-stress-plan.ts';

/** One of the processes that chat at the expense of one budget, until it is told to stop, or killed. */
const { url, user, keys } = Task.parse(JSON.parse(process.argv[2] ?? ''));
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
/** `life` is one of the server: what it forgets when it is killed, the next one does not know. */
const State = z.object({ state: z.string(), life: z.number() });
type State = z.infer<typeof State>;
/** One in two chats is made with a key. */
const anyKey = (): string | null => (randomInt(2) === 0 ? null : (keys[randomInt(keys.length)] ?? null));
const anyModel = (): string => MODELS[randomInt(MODELS.length)] ?? '';
const reserve = (request: string, prompt: number, max: number, key = anyKey(), model = anyModel()) =>
  db.one(sql.type(z.object({ outcome: z.string(), cap: z.int() }))`
    select outcome, completion_cap::int as cap
    from billing.reserve(${request}, ${worker}, ${user}, ${key}, ${model}, ${prompt}, ${max}, 1, ${lease}::interval)`);
const Beat = z.object({ state: z.enum(['ok', 'lost', 'inactive']) });
const heartbeat = (request: string, completion: number, by = worker): Promise<z.infer<typeof Beat>['state']> =>
  db.oneFirst(sql.type(Beat)`select billing.heartbeat(${request}, ${by}, ${completion}, ${lease}::interval) as state`);
const settle = (
  request: string,
  completion: number,
  outcome: string,
  chargePrompt: boolean,
  by = worker,
): Promise<State> =>
  db.one(sql.type(State)`
    select billing.settle(${request}, ${by}, ${completion}, ${outcome}, ${chargePrompt}) as state,
      pg_postmaster_start_time() as life`);

/** Delivers batch after batch, each counted first; answers how far it came, and what its last heartbeat was told. */
const generate = async (request: string, tokens: number) => {
  const stallsAt = randomInt(10) === 0 ? randomInt(tokens) : -1;
  for (let delivered = 0; delivered < tokens;) {
    const next = Math.min(tokens, delivered + BATCH);
    // What a computer does that sleeps, or a process that swaps.
    if (delivered <= stallsAt && stallsAt < next) await delay(2 * LEASE_MS);
    const beat = await heartbeat(request, next);
    if (beat !== 'ok') return { delivered, beat };
    await tell({ kind: 'delivered', request, tokens: next });
    delivered = next;
  }
  return { delivered: tokens, beat: 'ok' as const };
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
    const settled = await settle(request, 1, 'settled', true, randomUUID());
    if (settled.state !== 'lost' && settled.state !== 'unknown') {
      await tell({ kind: 'wrong', what: `another worker's settlement was answered ${settled.state}` });
    }
  }
  if (outcome !== 'granted') return;
  if (randomInt(20) === 0) {
    await settle(request, 0, 'failed', false);
    return;
  }
  const { delivered, beat } = await generate(request, randomInt(1, cap + 1));
  // What a killed server forgot of a reservation nobody has delivered anything of.
  const ending = beat === 'inactive' ? 'failed' : 'settled';
  const expected = beat === 'lost' ? ['expired', 'unknown', 'lost'] : [ending, 'expired'];
  // Twice at the same time, the second with another number: only one may count.
  const repeats = randomInt(10) === 0 ? [delivered] : [];
  const states = await Promise.all(
    [delivered, ...repeats].map((tokens) => settle(request, tokens, ending, beat !== 'inactive')),
  );
  states.push(await settle(request, 0, 'failed', false));
  // A settlement that comes after the lease may still be the first.
  const [first] = states;
  const wrong = states
    .filter(({ life }) => life === first?.life)
    .filter(({ state }) => state !== first?.state || !expected.includes(state));
  if (wrong.length > 0) {
    await tell({ kind: 'wrong', what: `settlements were answered ${states.map(({ state }) => state).join(', ')}` });
  }
  await tell({ kind: 'closed', beat });
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
