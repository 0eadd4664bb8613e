import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '#mesh/log.ts';
import type { Availability } from '../engine.ts';
import type { Driver } from './driver.ts';
import { createEngineOf } from './micro.ts';

const log = createLog('test', 'silent');
const NONE: Availability = { outcome: 'unavailable', reason: 'There is no image.', mend: 'Build one.' };
const THERE: Availability = {
  outcome: 'available',
  driver: 'qemu-tcg',
  isolation: 'emulated-vm+namespaces',
  languages: ['python'],
  reductions: [],
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An engine over a driver that answers what the test says. */
const engineOver = () => {
  const host: { now: Promise<Availability>; probes: number } = { now: Promise.resolve(NONE), probes: 0 };
  const driver: Driver = {
    name: 'qemu-tcg',
    slowdown: 4,
    probe: () => {
      host.probes += 1;
      return host.now;
    },
    start: () => Promise.reject(new Error('nothing is started here')),
    stop: () => Promise.resolve(),
  };
  return { host, engine: createEngineOf([driver], log) };
};

test('an image that came since is found without a new start of the service', async () => {
  const { host, engine } = engineOver();
  expect(await engine.availability()).toEqual(NONE);
  host.now = Promise.resolve(THERE);
  expect(await engine.availability()).toEqual(NONE);
  vi.advanceTimersByTime(10_001);
  expect(await engine.availability()).toEqual(THERE);
  vi.advanceTimersByTime(3_600_000);
  await engine.availability();
  expect(host.probes).toBe(2);
});

test('whoever asks while machines are made is told to ask again, and waits no longer', async () => {
  const { host, engine } = engineOver();
  await engine.availability();
  vi.advanceTimersByTime(10_001);
  const { promise, resolve } = Promise.withResolvers<Availability>();
  host.now = promise;
  const asked = [engine.availability(), engine.availability()];
  await vi.advanceTimersByTimeAsync(500);
  for (const answer of asked) {
    expect(await answer).toMatchObject({ outcome: 'unavailable', mend: 'Try again in a minute.' });
  }
  resolve(THERE);
  await vi.advanceTimersByTimeAsync(0);
  expect(await engine.availability()).toEqual(THERE);
  expect(host.probes).toBe(2);
});
