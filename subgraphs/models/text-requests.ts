import { randomUUID } from 'node:crypto';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import type { Doors } from './doors.ts';
import type { ReadTextsMapper } from './mappers.ts';
import type { RequestMeter } from './metrics.ts';
import type { Requests } from './requests.ts';
import { reserve } from './reservation.ts';
import type { Serving } from './serving.ts';
import type { BillingStore } from './store/billing.ts';

/** Texts that a model reads, each for itself and to its end, to make numbers of it. */
export interface TextRequest<T> {
  readonly kind: 'EMBEDDING' | 'RERANKING';
  readonly texts: readonly string[];
  /** What each text is read beside; null for embeddings. */
  readonly query: string | null;
  /**
   * Says what is made of the numbers of each text, before anything is held.
   * @param dimensions how many numbers there are of each
   * @throws StudioError when the model cannot do what is asked for
   */
  readonly making: (model: string, dimensions: number) => (numbers: Float32Array, index: number) => T;
}

export interface ReadTexts<T> extends ReadTextsMapper {
  /** In the order of the texts. */
  readonly made: readonly T[];
}

/** The requests of this service that have texts and no completion. */
export interface TextRequests {
  /**
   * Has texts read; what is made of them is delivered when all of it is there and charged.
   * @param read validates what was asked for, after it is clear that the caller may use the model
   * @throws StudioError whatever was in the way
   */
  perform<T>(model: string, read: () => TextRequest<T>, context: RequestContext): Promise<ReadTexts<T>>;
  /** Ends what runs, each request settled. */
  stop(): Promise<void>;
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

export const createTextRequests = (
  serving: Serving,
  doors: Doors,
  billing: BillingStore,
  requests: Pick<Requests, 'follow'>,
): TextRequests => {
  const stopping = new AbortController();
  const running = new Set<Promise<unknown>>();

  const make = async <T>(
    name: string,
    request: TextRequest<T>,
    { userId, credential }: Caller,
    { log, signal: left }: RequestContext,
    requestId: string,
    meter: RequestMeter,
  ): Promise<ReadTexts<T>> => {
    const signal = AbortSignal.any([left, stopping.signal]);
    const model = await serving.use(name, request.kind, signal);
    using texts = await model.openTexts(request.texts, userId, signal, request.query);
    const makeOf = request.making(model.name, texts.dimensions);
    const promptTokens = sum(texts.tokens);
    const keyId = credential.kind === 'key' ? credential.id : null;
    const bill = { requestId, userId, keyId, model: model.name, promptTokens, maxTokens: 0 };
    const reservation = await reserve(billing, bill, log);
    log.info({ request: requestId, model: model.name, texts: texts.tokens.length, promptTokens }, 'texts are read');
    meter.begins(model.name, promptTokens);
    const until = AbortSignal.any([signal, reservation.revoked]);
    /** Tokens of the texts that the worker was given: it reads each to its end. */
    let read = 0;
    try {
      const made: T[] = [];
      for (const [index, tokens] of texts.tokens.entries()) {
        until.throwIfAborted();
        read += tokens;
        made.push(makeOf(await texts.embed(index, until), index));
      }
      const counted = texts.counted?.() ?? read;
      await reservation.settlePrompt('settled', counted);
      serving.answered(model.name);
      meter.completed();
      meter.charged({ promptTokens: counted, completionTokens: 0 });
      const usage = { promptTokens: counted, completionTokens: 0, totalTokens: counted, cachedTokens: 0 };
      return { requestId, model: { name: model.name }, user: { id: userId }, usage, made };
    } catch (error) {
      // Left by its reader, or ended with his account: that much was read for him. What we failed to do costs nothing.
      const cancelled = left.aborted || reservation.revoked.aborted;
      const charged = cancelled ? (texts.counted?.() ?? read) : 0;
      await reservation
        .settlePrompt(cancelled ? 'cancelled' : 'failed', charged)
        .catch((failure: unknown) =>
          log.error({ error: failure, request: requestId }, 'a request was not settled; its lease will end it'),
        );
      meter.charged({ promptTokens: charged, completionTokens: 0 });
      throw error;
    }
  };

  const metered = async <T>(
    model: string,
    read: () => TextRequest<T>,
    context: RequestContext,
  ): Promise<ReadTexts<T>> => {
    const caller = callerOf(context);
    const requestId = randomUUID();
    const agent = context.client.userAgent;
    const meter = requests.follow({ requestId, kind: 'TEXTS', model, caller, agent });
    let failure: unknown;
    try {
      await doors.enter(model, caller);
      const request = read();
      meter.reads(() => [request.query ?? [], request.texts].flat(2).join('\n\n'));
      return await make(model, request, caller, context, requestId, meter);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      meter.ends(context.signal.aborted, failure);
    }
  };

  return {
    perform: (model, read, context) => {
      const done = metered(model, read, context).finally(() => running.delete(done));
      running.add(done);
      return done;
    },
    stop: async () => {
      stopping.abort(new StudioError('SERVICE_UNAVAILABLE', 'The studio is stopping.'));
      await Promise.allSettled(running);
    },
  };
};
