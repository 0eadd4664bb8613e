import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DURATION_BUCKETS } from '#mesh/metrics.ts';
import type { Workers } from './workers.ts';

/**
 * - `refused`: nothing was generated, since the model, the conversation or a budget did not allow it
 * - `cancelled`: left by its reader
 */
type Status = 'completed' | 'cancelled' | 'failed' | 'refused';

/** Follows one request to a model. */
export interface RequestMeter {
  /** What is asked, as a text that is only made where it is kept. */
  reads(text: () => string): void;
  /** Generation begins, or the first text is read. */
  begins(model: string, promptTokens: number): void;
  /** So many completion tokens exist by now. */
  generated(completionTokens: number): void;
  /** A piece of the answer is delivered. */
  writes(text: string): void;
  completed(): void;
  /** It is over, and this many tokens were charged. */
  charged(tokens: { readonly promptTokens: number; readonly completionTokens: number }): void;
  /**
   * To be called once, whatever has become of it.
   * @param left whether its reader had gone
   * @param error what it has failed with, if it has
   */
  ends(left: boolean, error?: unknown): void;
}

export interface ModelMetrics {
  readonly registry: Registry;
  /** A chat or embeddings were asked for. */
  request(): Omit<RequestMeter, 'reads' | 'writes'>;
}

/** The label of requests that came to no model: what a client has called it is not written down. */
const NO_MODEL = 'none';

/** What the service counts. Its labels are names of models that are installed, and a few words. */
export const createMetrics = (workers: Pick<Workers, 'allLoaded'>): ModelMetrics => {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: 'llm_request_count_total',
    help: 'Chats, and requests for embeddings, that are over: completed, cancelled by their readers, failed, or refused before they began.',
    labelNames: ['model', 'status'],
    registers,
  });
  const tokens = new Counter({
    name: 'llm_tokens_total',
    help: 'Tokens that were read (prompt) and written (completion).',
    labelNames: ['model', 'direction'],
    registers,
  });
  const spend = new Counter({
    name: 'token_spend_total',
    help: 'Tokens that were charged.',
    labelNames: ['model'],
    registers,
  });
  const inference = new Histogram({
    name: 'llm_inference_seconds',
    help: 'From the beginning of a generation, or of embedding, to its end.',
    labelNames: ['model', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const firstToken = new Histogram({
    name: 'llm_time_to_first_token_seconds',
    help: 'From the request to its first token: loading, waiting for a place and reading the prompt included.',
    labelNames: ['model'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const gauge = (
    name: string,
    help: string,
    read: (model: ReturnType<Workers['allLoaded']>[number]) => number,
  ): void => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ['model'],
        registers: [],
        collect() {
          this.reset();
          for (const model of workers.allLoaded()) this.set({ model: model.name }, read(model));
        },
      }),
    );
  };
  gauge('llm_model_memory_bytes', 'Resident memory of the workers of loaded models.', (model) => model.memoryBytes());
  gauge('llm_active', 'Requests that have a place at a loaded model.', (model) => model.load().active);
  gauge('llm_queued', 'Requests that wait for a place.', (model) => model.load().queued);

  registry.registerMetric(
    new Counter({
      name: 'llm_worker_tokens_total',
      help: 'Tokens by the own count of the workers of loaded models, as they said in the last two seconds: of prompts (prompt), sampled (completion), and sampled for readers who had left (discarded). Starts again with each load.',
      labelNames: ['model', 'kind'],
      registers: [],
      collect() {
        this.reset();
        for (const model of workers.allLoaded()) {
          const { promptTokens, completionTokens } = model.worked();
          this.inc({ model: model.name, kind: 'prompt' }, promptTokens);
          this.inc({ model: model.name, kind: 'completion' }, completionTokens);
          this.inc({ model: model.name, kind: 'discarded' }, model.discarded());
        }
      },
    }),
  );

  return {
    registry,
    request: () => {
      const asked = performance.now();
      let begun: { readonly model: string; readonly at: number } | undefined;
      let written = 0;
      let complete = false;
      const since = (time: number): number => (performance.now() - time) / 1_000;
      const statusOf = (left: boolean): Status => {
        if (complete) return 'completed';
        if (left) return 'cancelled';
        return begun ? 'failed' : 'refused';
      };
      return {
        begins: (model, promptTokens) => {
          begun = { model, at: performance.now() };
          tokens.inc({ model, direction: 'prompt' }, promptTokens);
        },
        generated: (completionTokens) => {
          if (!begun) return;
          const { model } = begun;
          if (written === 0 && completionTokens > 0) firstToken.observe({ model }, since(asked));
          tokens.inc({ model, direction: 'completion' }, completionTokens - written);
          written = completionTokens;
        },
        completed: () => {
          complete = true;
        },
        charged: ({ promptTokens, completionTokens }) => {
          if (begun) spend.inc({ model: begun.model }, promptTokens + completionTokens);
        },
        ends: (left) => {
          const status = statusOf(left);
          requests.inc({ model: begun?.model ?? NO_MODEL, status });
          if (begun) inference.observe({ model: begun.model, status }, since(begun.at));
        },
      };
    },
  };
};
