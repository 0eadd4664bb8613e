import { describe, expect, test } from 'vitest';
import { decideEffort, Patience } from './patience.ts';
import { TransportFailure } from './transport.ts';

test.each([
  ['patiently when nobody has waited in vain', undefined, 5_000, 'patiently'],
  ['not at all right after somebody has', 5_000, 5_999, 'not at all'],
  ['once a second later', 5_000, 6_000, 'once'],
  ['once up to ten seconds later', 5_000, 15_000, 'once'],
  ['patiently when that is long ago', 5_000, 15_001, 'patiently'],
] as const)('a request tries %s', (_, awayAt, now, effort) => {
  expect(decideEffort(awayAt, now)).toBe(effort);
});

describe('a subgraph that is away', () => {
  const { signal } = new AbortController();

  /** One whose patience has been used up. */
  const away = async () => {
    const state = { time: 0, attempts: 0, failures: Number.POSITIVE_INFINITY, duration: 9_000 };
    const patience = new Patience();
    const ask = (): Promise<string> =>
      patience.try(
        () => {
          state.attempts += 1;
          state.time += state.duration;
          state.failures -= 1;
          return state.failures < 0 ? Promise.resolve('here') : Promise.reject(new TransportFailure('unreachable'));
        },
        false,
        signal,
        () => state.time,
      );
    await expect(ask()).rejects.toMatchObject({ kind: 'unreachable' });
    state.attempts = 0;
    state.duration = 0;
    return { state, ask };
  };

  test('is not tried again at once', async () => {
    const { state, ask } = await away();
    await expect(ask()).rejects.toMatchObject({ kind: 'unreachable' });
    expect(state.attempts).toBe(0);
  });

  test('is tried once a second', async () => {
    const { state, ask } = await away();
    state.time += 1_000;
    const answers = await Promise.allSettled([ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(state.attempts).toBe(1);
  });

  test('has everybody’s patience again once it was back', async () => {
    const { state, ask } = await away();
    state.failures = 0;
    state.time += 1_000;
    expect(await ask()).toBe('here');
    state.failures = 2;
    state.attempts = 0;
    expect(await ask()).toBe('here');
    expect(state.attempts).toBe(3);
  });
});
