import { describe, expect, test } from 'vitest';
import { withRetries } from './retry.ts';
import { TransportFailure, type FailureKind } from './transport.ts';

const { signal } = new AbortController();

/** Fails in these ways, one after the other, then answers. */
const failing = (...kinds: readonly FailureKind[]) => {
  let attempts = 0;
  const attempt = (): Promise<number> => {
    const kind = kinds[attempts];
    attempts += 1;
    return kind === undefined ? Promise.resolve(attempts) : Promise.reject(new TransportFailure(kind));
  };
  return attempt;
};

describe('an attempt', () => {
  test('that found nobody is repeated', async () => {
    expect(await withRetries(failing('unreachable', 'unreachable'), false, signal)).toBe(3);
  });

  test('that broke off is repeated once, and only when it changes nothing', async () => {
    expect(await withRetries(failing('broken'), true, signal)).toBe(2);
    await expect(withRetries(failing('broken', 'broken'), true, signal)).rejects.toMatchObject({ kind: 'broken' });
    await expect(withRetries(failing('broken'), false, signal)).rejects.toMatchObject({ kind: 'broken' });
  });

  test('that got too much is not repeated', async () => {
    await expect(withRetries(failing('too large'), true, signal)).rejects.toMatchObject({ kind: 'too large' });
  });

  test('is given up when the time is over', async () => {
    let time = 0;
    const clock = (): number => {
      time += 3_000;
      return time;
    };
    const away = failing(...Array.from<FailureKind>({ length: 50 }).fill('unreachable'));
    await expect(withRetries(away, true, signal, 8_000, clock)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  test('is given up when nobody waits any more', async () => {
    const controller = new AbortController();
    const answer = withRetries(failing('unreachable'), true, controller.signal);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});
