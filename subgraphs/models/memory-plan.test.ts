import { describe, expect, test } from 'vitest';
import { decideAdmission, estimateMemory, readable, type Resident } from './memory-plan.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

describe('what a worker is going to take', () => {
  const header = {
    outcome: 'read',
    kind: 'CHAT',
    trainedContext: 131_072,
    bytesPerToken: 114_688,
    bytesPerComputedToken: 600_000,
    heads: 12,
    files: 1,
    parameters: 3.2e9,
  } as const;

  test('are its weights, its contexts, a batch and the process', () => {
    const estimate = estimateMemory({ sizeBytes: 2 * GIB, header }, { kind: 'CHAT', contextSize: 4_096, sequences: 4 });
    expect(estimate).toBe(128 * MIB + 2 * GIB + 4_096 * 4 * 114_688 + 512 * (600_000 + 4_096 * 2));
  });

  test('counts the context as llama.cpp rounds it, every file of a model, and a small batch for a small context', () => {
    const estimate = estimateMemory(
      { sizeBytes: GIB, header: { ...header, files: 3 } },
      { kind: 'CHAT', contextSize: 257, sequences: 1 },
    );
    expect(estimate).toBe(128 * MIB + 3 * GIB + 512 * 114_688 + 512 * (600_000 + 512 * 2));
  });

  test('counts the whole context as one batch where texts are embedded', () => {
    const estimate = estimateMemory({ sizeBytes: 0, header }, { kind: 'EMBEDDING', contextSize: 2_048, sequences: 1 });
    expect(estimate).toBe(128 * MIB + 2_048 * 114_688 + 2_048 * (600_000 + 2_048 * 12 * 4));
  });

  test('is finite for the largest context that can be asked for', () => {
    expect(
      estimateMemory({ sizeBytes: 1, header }, { kind: 'CHAT', contextSize: 2 ** 31 - 1, sequences: 32 }),
    ).toBeGreaterThan(2 ** 50);
  });
});

describe('whether a model is let into memory', () => {
  const resident = (name: string, usedAt: number, more: Partial<Resident> = {}): Resident => ({
    name,
    taken: 2 * GIB,
    estimate: 2 * GIB,
    usedAt,
    stays: null,
    ...more,
  });
  const decide = (needed: number, residents: readonly Resident[], available = 100 * GIB) =>
    decideAdmission('new', needed, { budget: 8 * GIB, available }, residents);

  test('it is while there is room', () => {
    expect(decide(8 * GIB, [])).toEqual({ decision: 'admit', evict: [] });
    expect(decide(4 * GIB, [resident('a', 1), resident('b', 2)])).toEqual({ decision: 'admit', evict: [] });
  });

  test('the models go that were used least recently, and no more than have to', () => {
    const residents = [resident('middle', 2), resident('newest', 3), resident('oldest', 1)];
    expect(decide(3 * GIB, residents)).toEqual({ decision: 'admit', evict: ['oldest'] });
    expect(decide(5 * GIB, residents)).toEqual({ decision: 'admit', evict: ['oldest', 'middle'] });
  });

  test('those that are busy, pinned or loading stay, and are named when nothing else would do', () => {
    const residents = [
      resident('a', 1, { stays: 'pinned' }),
      resident('b', 2, { stays: 'busy' }),
      resident('c', 3, { stays: 'loading', taken: 0 }),
      resident('d', 4),
    ];
    expect(decide(2 * GIB, residents)).toEqual({ decision: 'admit', evict: ['d'] });
    expect(decide(3 * GIB, residents)).toEqual({
      decision: 'refuse',
      reason:
        'new needs about 3.0 GiB; models may take 8.0 GiB together, and 100 GiB of memory are free. ' +
        'Held are: a 2.0 GiB (pinned), b 2.0 GiB (busy), c 2.0 GiB (loading).',
    });
  });

  test('what the machine has free decides as well, less what is promised to those that load', () => {
    const loading = resident('loading', 1, { stays: 'loading', taken: 0 });
    expect(decide(2 * GIB, [loading], 4 * GIB)).toEqual({ decision: 'admit', evict: [] });
    expect(decide(2 * GIB, [loading], 3 * GIB)).toMatchObject({ decision: 'refuse' });
    expect(decide(2 * GIB, [resident('idle', 1)], GIB)).toEqual({ decision: 'admit', evict: ['idle'] });
  });

  test('a model that takes more than was set aside counts with what it takes', () => {
    expect(decide(5 * GIB, [resident('grown', 1, { taken: 4 * GIB, stays: 'busy' })])).toMatchObject({
      decision: 'refuse',
    });
  });
});

test.each([
  [0, '0 bytes'],
  [1_023, '1023 bytes'],
  [1_536, '1.5 KiB'],
  [200 * MIB, '200 MiB'],
  [3.25 * GIB, '3.3 GiB'],
  [2 ** 62, '4194304 TiB'],
])('%d bytes are shown as %s', (bytes, shown) => {
  expect(readable(bytes)).toBe(shown);
});
