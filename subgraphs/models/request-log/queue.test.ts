import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { createLog } from '#mesh/log.ts';
import type { RequestRecord } from '../store/request-log.ts';
import { createRequestQueue } from './queue.ts';

const log = createLog('test', 'silent');
const RULES = { pauseMs: 1, mostRecords: 3, mostText: 10, tries: 2 };

const record = (text: string | null = null): RequestRecord => ({
  requestId: randomUUID(),
  at: '2026-11-22T19:35:00.000Z',
  userId: randomUUID(),
  keyId: null,
  model: 'starter',
  kind: 'CHAT',
  outcome: 'COMPLETED',
  errorCode: null,
  promptTokens: 1,
  completionTokens: 1,
  queuedMs: 0,
  firstTokenMs: 1,
  totalMs: 2,
  tokensPerSecond: null,
  agent: null,
  prompt: text,
  answer: null,
});

const droppedBy = async (registry: Registry): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith('llm_request_log_dropped_total{'));

test('what was added is written together, and once', async () => {
  const written: RequestRecord[] = [];
  const batches: number[] = [];
  const queue = createRequestQueue(
    async (batch) => {
      batches.push(batch.length);
      written.push(...batch);
    },
    new Registry(),
    log,
    { ...RULES, pauseMs: 60_000 },
  );
  const records = [record(), record(), record()];
  records.forEach((one) => queue.add(one));
  expect(written).toEqual([]);
  await queue.stop();
  expect(written).toEqual(records);
  expect(batches).toEqual([3]);
});

test('more than may wait is dropped and counted, of texts before requests', async () => {
  const registry = new Registry();
  const written: RequestRecord[] = [];
  const queue = createRequestQueue(async (batch) => void written.push(...batch), registry, log, {
    ...RULES,
    pauseMs: 60_000,
  });
  queue.add(record('0123456789'));
  queue.add(record('x'));
  queue.add(record());
  queue.add(record());
  await queue.stop();
  expect(written.map(({ prompt }) => prompt)).toEqual(['0123456789', null, null]);
  expect(await droppedBy(registry)).toEqual([
    'llm_request_log_dropped_total{what="text"} 1',
    'llm_request_log_dropped_total{what="request"} 1',
  ]);
});

test('a batch that cannot be written is tried again, and then given up', async () => {
  const registry = new Registry();
  const write = vi.fn<(batch: readonly RequestRecord[]) => Promise<void>>();
  write.mockRejectedValueOnce(new Error('gone')).mockResolvedValueOnce(undefined);
  const queue = createRequestQueue(write, registry, log, RULES);
  queue.add(record());
  await expect.poll(() => write.mock.calls.length).toBe(2);
  expect(await droppedBy(registry)).toEqual([]);
  write.mockRejectedValue(new Error('gone for good'));
  queue.add(record());
  await expect.poll(() => droppedBy(registry)).toEqual(['llm_request_log_dropped_total{what="request"} 1']);
  await queue.stop();
});
