import { describe, expect, test } from 'vitest';
import {
  afterFailure,
  Circuit,
  decidePassage,
  FAILURES,
  INITIAL,
  PROBE_LIMIT_MS,
  PROBE_MS,
  stateOf,
} from './circuit.ts';
import { TransportFailure, type FailureKind } from './transport.ts';

const { signal } = new AbortController();
const OPEN = { ...INITIAL, probeAt: 5_000 };
const PROBED = { ...OPEN, probing: 5_000 };

test.each([
  ['lets everybody through when it is closed', INITIAL, 0, { outcome: 'free' }, 'closed'],
  ['lets nobody through when it has just opened', OPEN, 4_200, { outcome: 'refused', retryAfterSeconds: 1 }, 'open'],
  ['lets one through when it is time to try', OPEN, 5_000, { outcome: 'probe' }, 'half-open'],
  ['lets nobody through beside that one', PROBED, 6_500, { outcome: 'refused', retryAfterSeconds: 1 }, 'half-open'],
  [
    'lets the next one through when that one takes long',
    PROBED,
    5_000 + PROBE_LIMIT_MS,
    { outcome: 'probe' },
    'half-open',
  ],
] as const)('a circuit %s', (_, memory, now, passage, state) => {
  expect(decidePassage(memory, now)).toEqual(passage);
  expect(stateOf(memory, now)).toBe(state);
});

describe('a failure', () => {
  const isOpen = (memory: typeof INITIAL): boolean => memory.probeAt !== undefined;

  test('of one who has waited in vain opens the circuit', () => {
    expect(afterFailure(INITIAL, 'away', 0, false, 8_000)).toMatchObject({ probeAt: 8_000 + PROBE_MS });
  });

  test('opens it with those before it, one after the other', () => {
    let memory = INITIAL;
    for (let time = 1; time < FAILURES; time += 1) memory = afterFailure(memory, 'broke', time, false, time);
    expect(isOpen(memory)).toBe(false);
    expect(isOpen(afterFailure(memory, 'broke', 90, false, 90))).toBe(true);
  });

  test('that many connections have together is one', () => {
    let memory = INITIAL;
    for (let index = 0; index < 50; index += 1) memory = afterFailure(memory, 'broke', index, false, 1_000);
    expect(memory.failures).toBe(1);
  });

  test('to answer in time counts for each', () => {
    let memory = INITIAL;
    for (let index = 0; index < FAILURES; index += 1) memory = afterFailure(memory, 'late', index, false, 30_000);
    expect(isOpen(memory)).toBe(true);
  });

  test('of a try puts the next one off, that of others does not', () => {
    expect(afterFailure(PROBED, 'broke', 5_000, true, 5_100)).toMatchObject({
      probeAt: 5_100 + PROBE_MS,
      probing: undefined,
    });
    expect(afterFailure(PROBED, 'broke', 1_000, false, 5_100)).toBe(PROBED);
  });
});

describe('the circuit of a subgraph', () => {
  /** A subgraph that takes as long for each attempt as is said, and fails in that way while there is one. */
  const start = (kind: FailureKind | undefined) => {
    const seen = { time: 0, attempts: 0, retries: 0, duration: 0, changes: [] as string[] };
    const state: { kind: FailureKind | undefined } = { kind };
    const circuit = new Circuit({
      now: () => seen.time,
      onRetry: () => {
        seen.retries += 1;
      },
      onChange: (change) => seen.changes.push(change),
    });
    const ask = (repeatable = false, until = signal): Promise<string> =>
      circuit.try(
        () => {
          seen.attempts += 1;
          seen.time += seen.duration;
          return state.kind === undefined ? Promise.resolve('here') : Promise.reject(new TransportFailure(state.kind));
        },
        repeatable,
        until,
      );
    return { seen, state, circuit, ask };
  };
  const kindOf = (asked: Promise<string>): Promise<unknown> =>
    asked.catch((error: unknown) => (error instanceof TransportFailure ? error.kind : error));

  /** One whose subgraph has been waited for in vain. */
  const open = async () => {
    const all = start('unreachable');
    all.seen.duration = 9_000;
    expect(await kindOf(all.ask())).toBe('unreachable');
    all.seen.duration = 0;
    all.seen.attempts = 0;
    return all;
  };

  test('is closed by one success', async () => {
    const { seen, state, circuit, ask } = await open();
    expect(circuit.state).toBe('open');
    expect(await kindOf(ask())).toBe('refused');
    expect(seen.attempts).toBe(0);
    seen.time += PROBE_MS;
    state.kind = undefined;
    expect(circuit.state).toBe('half-open');
    expect(await ask()).toBe('here');
    expect(circuit.state).toBe('closed');
    expect(seen.changes).toEqual(['open', 'closed']);
  });

  test('lets one request try, and that one does not wait', async () => {
    const { seen, ask } = await open();
    seen.time += PROBE_MS;
    expect(await Promise.all([ask(), ask(), ask()].map(kindOf))).toEqual(['unreachable', 'refused', 'refused']);
    expect(seen.attempts).toBe(1);
    expect(await kindOf(ask())).toBe('refused');
    seen.time += PROBE_MS;
    expect(await kindOf(ask())).toBe('unreachable');
  });

  test('lets the next one try when the one that did is gone', async () => {
    const { seen, state, circuit, ask } = await open();
    seen.time += PROBE_MS;
    const gone = new AbortController();
    gone.abort(new Error('gone'));
    const tried = circuit.try(() => Promise.reject(gone.signal.reason as Error), false, gone.signal);
    await expect(tried).rejects.toThrow('gone');
    state.kind = undefined;
    expect(await ask()).toBe('here');
  });

  test('opens after connections that broke one after the other, and a success between them forgets them', async () => {
    const { seen, state, circuit, ask } = start('broken');
    const fail = async (times: number): Promise<void> => {
      for (let index = 0; index < times; index += 1) {
        seen.time += 10;
        expect(await kindOf(ask())).toBe('broken');
      }
    };
    await fail(FAILURES - 1);
    state.kind = undefined;
    await ask();
    state.kind = 'broken';
    await fail(FAILURES - 1);
    expect(circuit.state).toBe('closed');
    await fail(1);
    expect(circuit.state).toBe('open');
  });

  test('stays closed for answers that are too large, and for whoever goes away', async () => {
    const { circuit, ask } = start('too large');
    for (let index = 0; index < FAILURES; index += 1) expect(await kindOf(ask())).toBe('too large');
    for (let index = 0; index < FAILURES; index += 1) {
      await expect(circuit.try(() => Promise.reject(new Error('gone')), false, signal)).rejects.toThrow('gone');
    }
    expect(circuit.state).toBe('closed');
  });

  test('opens when nothing is answered in time', async () => {
    const { circuit } = start(undefined);
    for (let index = 0; index < FAILURES; index += 1) {
      const late = circuit.try(
        () => Promise.reject(new Error('late')),
        false,
        signal,
        () => true,
      );
      await expect(late).rejects.toThrow('late');
    }
    expect(circuit.state).toBe('open');
  });

  test('counts what is attempted again', async () => {
    const { seen, ask } = start('broken');
    await kindOf(ask(true));
    expect(seen).toMatchObject({ attempts: 2, retries: 1 });
    await kindOf(ask(false));
    expect(seen).toMatchObject({ attempts: 3, retries: 1 });
  });
});
