import { describe, expect, test } from 'vitest';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { exposition, processMetrics } from './metrics.ts';

const page = async (fill: (registry: Registry) => void): Promise<string> => {
  const registry = new Registry();
  fill(registry);
  return registry.metrics();
};

/** Two services that count the same. */
const counted = (model: string): Promise<string> =>
  page((registry) => {
    const registers = [registry];
    new Counter({ name: 'chats_total', help: 'Chats.', labelNames: ['model'], registers }).inc({ model });
    new Gauge({ name: `open_${model}`, help: 'Open.', registers }).set(2);
  });

describe('one page out of several', () => {
  test('shows each family once, with the samples of all', async () => {
    const text = exposition([await counted('a'), await counted('b'), ''], 'prometheus');
    expect(text.split('\n')).toEqual([
      '# HELP chats_total Chats.',
      '# TYPE chats_total counter',
      'chats_total{model="a"} 1',
      'chats_total{model="b"} 1',
      '# HELP open_a Open.',
      '# TYPE open_a gauge',
      'open_a 2',
      '# HELP open_b Open.',
      '# TYPE open_b gauge',
      'open_b 2',
      '',
    ]);
  });

  test('is OpenMetrics where that is asked for', async () => {
    const text = exposition([await counted('a')], 'openmetrics');
    expect(text.split('\n').slice(0, 3)).toEqual([
      '# HELP chats Chats.',
      '# TYPE chats counter',
      'chats_total{model="a"} 1',
    ]);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(exposition([text], 'openmetrics').match(/# EOF/g)).toHaveLength(1);
  });

  test('keeps what a label holds, and the buckets of a histogram in their order', async () => {
    const written = await page((registry) => {
      const registers = [registry];
      new Histogram({ name: 'took_seconds', help: 'Took.', labelNames: ['what'], buckets: [1, 10], registers }).observe(
        { what: 'a "b" {c} # HELP d\ne' },
        5,
      );
    });
    const samples = exposition([written], 'prometheus').split('\n').slice(2);
    const what = String.raw`what="a \"b\" {c} # HELP d\ne"`;
    expect(samples).toEqual([
      `took_seconds_bucket{le="1",${what}} 0`,
      `took_seconds_bucket{le="10",${what}} 1`,
      `took_seconds_bucket{le="+Inf",${what}} 1`,
      `took_seconds_sum{${what}} 5`,
      `took_seconds_count{${what}} 1`,
      '',
    ]);
  });
});

test('the metrics of a process say whose they are, sample by sample', async () => {
  const lines = (await processMetrics('models')).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) expect(line).toMatch(/^\w+\{service="models"(,\w+="[^"]*")*\} \S+$/);
  expect(lines.some((line) => line.startsWith('process_resident_memory_bytes{'))).toBe(true);
});
