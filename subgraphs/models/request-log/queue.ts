import { Counter, type Registry } from 'prom-client';
import type { Log } from '#mesh/log.ts';
import { startRounds } from '#mesh/rounds.ts';
import type { RequestRecord } from '../store/request-log.ts';

/** Requests on their way into the log: nobody waits for it. */
export interface RequestQueue {
  add(record: RequestRecord): void;
  /** Writes what is left, once. */
  stop(): Promise<void>;
}

export interface QueueRules {
  /** How long requests gather before they are written together. */
  readonly pauseMs: number;
  /** What may wait: requests, and characters of their texts. */
  readonly mostRecords: number;
  readonly mostText: number;
  /** How often a batch is tried. */
  readonly tries: number;
}

const RULES: QueueRules = { pauseMs: 250, mostRecords: 5_000, mostText: 8 * 1_048_576, tries: 10 };
const BATCH = 500;

const textOf = ({ prompt, answer }: RequestRecord): number => (prompt?.length ?? 0) + (answer?.length ?? 0);

/** @param write adds requests to the log; repeating it changes nothing */
export const createRequestQueue = (
  write: (records: readonly RequestRecord[]) => Promise<void>,
  registry: Registry,
  log: Log,
  { pauseMs, mostRecords, mostText, tries }: QueueRules = RULES,
): RequestQueue => {
  const dropped = new Counter({
    name: 'llm_request_log_dropped_total',
    help: 'Requests that are not in the log (request), or are there without their texts (text), since the database did not keep up.',
    labelNames: ['what'],
    registers: [registry],
  });
  const waiting: RequestRecord[] = [];
  let text = 0;
  let tried = 0;

  const take = (count: number): void => {
    for (const record of waiting.splice(0, count)) text -= textOf(record);
    tried = 0;
  };
  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await write(batch);
        take(batch.length);
      } catch (error) {
        tried += 1;
        if (tried < tries) throw error;
        dropped.inc({ what: 'request' }, batch.length);
        take(batch.length);
        log.error({ error, requests: batch.length }, 'requests were not written to the log');
      }
    }
  };
  const rounds = startRounds('writing the log of requests', flush, { log, pauseMs });

  return {
    add: (record) => {
      if (waiting.length >= mostRecords) {
        dropped.inc({ what: 'request' });
        return;
      }
      const fits = text + textOf(record) <= mostText;
      if (!fits) dropped.inc({ what: 'text' });
      const kept = fits ? record : { ...record, prompt: null, answer: null };
      text += textOf(kept);
      waiting.push(kept);
    },
    stop: async () => {
      await rounds.stop();
      await flush().catch((error: unknown) => {
        log.error({ error, requests: waiting.length }, 'requests were not written to the log');
      });
    },
  };
};
