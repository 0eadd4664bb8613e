import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DURATION_BUCKETS } from '#mesh/metrics.ts';
import type { ErrorCode } from '#mesh/errors.ts';
import type { ExecutionFacts } from '../store/executions.ts';
import type { Places } from './places.ts';

export interface ExecutionMetrics {
  readonly registry: Registry;
  /** One is over. */
  ended(facts: Pick<ExecutionFacts, 'engine' | 'status' | 'wallMs' | 'queuedMs'>): void;
  /** One was not taken. */
  refused(code: ErrorCode): void;
}

/** What the service counts. Its labels are names of engines, of statuses and of codes. */
export const createExecutionMetrics = (places: Pick<Places, 'load'>): ExecutionMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const runtime = new Histogram({
    name: 'sandbox_runtime_seconds',
    help: 'From the start of a program to its end, by how it ended; those that never began are there with 0.',
    labelNames: ['engine', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const waited = new Histogram({
    name: 'sandbox_queue_seconds',
    help: 'How long executions waited for their turn.',
    labelNames: ['engine'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const refusals = new Counter({
    name: 'sandbox_refused_total',
    help: 'Executions that were not taken, by the code of the refusal.',
    labelNames: ['code'],
    registers,
  });
  const gauge = (name: string, help: string, read: () => number): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  };
  gauge('sandbox_active', 'Executions that have a place.', () => places.load().running);
  gauge('sandbox_queued', 'Executions that wait for their turn.', () => places.load().waiting);

  return {
    registry,
    ended: ({ engine, status, wallMs, queuedMs }) => {
      runtime.observe({ engine, status: status.toLowerCase() }, (wallMs ?? 0) / 1_000);
      if (queuedMs !== null) waited.observe({ engine }, queuedMs / 1_000);
    },
    refused: (code) => refusals.inc({ code }),
  };
};
