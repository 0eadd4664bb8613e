import { randomUUID } from 'node:crypto';
import type { EmbedInput } from '#codegen/models.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import { refuse } from './bounds.ts';
import { readEmbedRequest, type EmbedRequest } from './embed-request.ts';
import type { EmbeddingsMapper } from './mappers.ts';
import { allow } from './model-settings.ts';
import type { ModelMetrics, RequestMeter } from './metrics.ts';
import { reserve } from './reservation.ts';
import type { Settings } from './settings.ts';
import type { BillingStore } from './store/billing.ts';
import { unitVector } from './vector.ts';
import type { Workers } from './workers.ts';

export interface Embeddings {
  /**
   * Makes the vectors of texts; they are delivered when all of them are there and charged.
   * @throws StudioError whatever was in the way
   */
  embed(input: EmbedInput, context: RequestContext): Promise<EmbeddingsMapper>;
  /** Ends what runs, each request settled. */
  stop(): Promise<void>;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

export const createEmbeddings = (
  workers: Workers,
  settings: Pick<Settings, 'of'>,
  billing: BillingStore,
  metrics: Pick<ModelMetrics, 'request'>,
): Embeddings => {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();

  const make = async (
    request: EmbedRequest,
    { userId, credential }: Caller,
    { log, signal: left }: RequestContext,
    meter: RequestMeter,
  ): Promise<EmbeddingsMapper> => {
    const requestId = randomUUID();
    const signal = AbortSignal.any([left, stopping.signal]);
    const model = await workers.use(request.model, 'EMBEDDING', signal);
    using texts = await model.openTexts(request.texts, userId, signal);
    const dimensions = request.dimensions ?? texts.dimensions;
    if (dimensions > texts.dimensions) {
      return refuse('dimensions', `dimensions is ${dimensions}; vectors of ${model.name} have ${texts.dimensions}.`);
    }
    const promptTokens = sum(texts.tokens);
    const keyId = credential.kind === 'key' ? credential.id : null;
    const bill = { requestId, userId, keyId, model: model.name, promptTokens, maxTokens: 0 };
    const reservation = await reserve(billing, bill, log);
    log.info(
      { embedding: requestId, model: model.name, texts: texts.tokens.length, promptTokens },
      'texts are embedded',
    );
    meter.begins(model.name, promptTokens);
    const until = AbortSignal.any([signal, reservation.revoked]);
    /** Tokens of the texts that the worker was given: it reads each to its end. */
    let read = 0;
    try {
      const data = [];
      for (const [index, tokens] of texts.tokens.entries()) {
        until.throwIfAborted();
        read += tokens;
        data.push({ index, embedding: unitVector(await texts.embed(index, until), dimensions) });
      }
      await reservation.settlePrompt('settled', read);
      workers.answered(model.name);
      meter.completed();
      meter.charged(read);
      const usage = { promptTokens, completionTokens: 0, totalTokens: promptTokens, cachedTokens: 0 };
      return { requestId, model: { name: model.name }, user: { id: userId }, data, usage };
    } catch (error) {
      // Left by its reader, or ended with his account: that much was read for him. What we failed to do costs nothing.
      const cancelled = left.aborted || reservation.revoked.aborted;
      const charged = cancelled ? read : 0;
      await reservation
        .settlePrompt(cancelled ? 'cancelled' : 'failed', charged)
        .catch((failure: unknown) =>
          log.error({ error: failure, embedding: requestId }, 'a request was not settled; its lease will end it'),
        );
      meter.charged(charged);
      throw error;
    }
  };

  const metered = async (input: EmbedInput, context: RequestContext): Promise<EmbeddingsMapper> => {
    const caller = callerOf(context);
    allow(input.model, await settings.of(input.model), caller);
    const request = readEmbedRequest(input);
    const meter = metrics.request();
    try {
      return await make(request, caller, context, meter);
    } finally {
      meter.ends(context.signal.aborted);
    }
  };

  return {
    embed: (input, context) => {
      const done = metered(input, context).finally(() => running.delete(done));
      running.add(done);
      return done;
    },
    stop: async () => {
      stopping.abort(new StudioError('SERVICE_UNAVAILABLE', 'The studio is stopping.'));
      await Promise.allSettled(running);
    },
  };
};
