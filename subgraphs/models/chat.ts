import { randomUUID } from 'node:crypto';
import type { ChatInput } from '#codegen/models.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import { readChatRequest, type ChatRequest } from './chat-request.ts';
import { endable } from '#mesh/endable.ts';
import { allow, chatWithDefaults } from './model-settings.ts';
import type { ChatCompletionMapper, ChatEventMapper } from './mappers.ts';
import type { ModelMetrics, RequestMeter } from './metrics.ts';
import { reserve, type Reservation } from './reservation.ts';
import type { Settings } from './settings.ts';
import type { BillingStore } from './store/billing.ts';
import type { Workers } from './workers.ts';

/** A step of a chat's stream. A failure is one as well, so that it arrives in the stream's own format. */
export type ChatItem =
  | { readonly outcome: 'event'; readonly event: ChatEventMapper }
  | { readonly outcome: 'failed'; readonly error: unknown };

export interface Chats {
  /** Generates while the stream is read, and ends when it is left. Every failure is the last item. */
  stream(input: ChatInput, context: RequestContext): AsyncIterable<ChatItem>;
  /** @throws StudioError whatever ended the chat before its answer was complete */
  complete(input: ChatInput, context: RequestContext): Promise<ChatCompletionMapper>;
  /** Completion tokens that were generated for all chats so far. */
  tokens(): number;
  /** Ends every chat, each settled. */
  stop(): Promise<void>;
}

/** A reader who takes nothing for so long loses the place. */
const PATIENCE_MS = 60_000;
/** How long chats whose readers wait have to say that the studio stops; the others are ended without a word. */
const FAREWELL_MS = 500;
/** How long they have to settle then. */
const SETTLE_MS = 3_000;

interface RunningChat {
  readonly over: Promise<void>;
  /** Ends it though nobody asks for its next event. */
  leave(): void;
}

const finishOf = (reason: 'stop' | 'length', clamped: boolean): 'STOP' | 'LENGTH' | 'BUDGET' => {
  if (reason === 'stop') return 'STOP';
  return clamped ? 'BUDGET' : 'LENGTH';
};

export const createChats = (
  workers: Workers,
  settings: Pick<Settings, 'of'>,
  billing: BillingStore,
  metrics: Pick<ModelMetrics, 'request'>,
): Chats => {
  const stopping = new AbortController();
  const running = new Set<RunningChat>();
  let tokens = 0;

  /** Generates under a reservation: a batch is yielded only after its tokens are recorded, the last one after the bill. */
  const generate = async function* (
    request: ChatRequest,
    { userId, credential }: Pick<Caller, 'userId' | 'credential'>,
    log: Log,
    signal: AbortSignal,
    meter: RequestMeter,
  ): AsyncGenerator<ChatEventMapper, void, undefined> {
    const requestId = randomUUID();
    const model = await workers.use(request.model, 'CHAT', signal);
    using conversation = await model.open(request.turns, signal);
    const { promptTokens, room } = conversation;
    const wanted = Math.min(request.maxTokens ?? room, room);
    const reservation: Reservation = await reserve(
      billing,
      {
        requestId,
        userId,
        keyId: credential.kind === 'key' ? credential.id : null,
        model: model.name,
        promptTokens,
        maxTokens: wanted,
      },
      log,
    );
    log.info({ chat: requestId, model: model.name, promptTokens, cap: reservation.cap }, 'a chat begins');
    meter.begins(model.name, promptTokens);
    const common = { requestId, model: { name: model.name }, user: { id: userId } };
    let index = 0;
    let generated = 0;
    let failed = false;
    try {
      const options = { maxTokens: reservation.cap, sampling: request.sampling, stop: request.stop };
      const until = AbortSignal.any([signal, reservation.revoked]);
      for await (const { text, completionTokens, reason } of conversation.generate(options, until)) {
        tokens += completionTokens - generated;
        generated = completionTokens;
        meter.generated(completionTokens);
        if (reason === null) {
          await reservation.record(completionTokens);
          if (text !== '') yield { ...common, index: index++, text, finishReason: null, usage: null };
        } else {
          await reservation.settle('settled', { completionTokens, chargePrompt: true });
          workers.answered(model.name);
          meter.completed();
          const usage = { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
          yield { ...common, index, text, finishReason: finishOf(reason, reservation.cap < wanted), usage };
        }
      }
    } catch (error) {
      failed = !signal.aborted;
      throw error;
    } finally {
      // Left by its reader: the prompt was read for him. Failed: nothing is charged unless something was delivered.
      await reservation
        .settle(failed ? 'failed' : 'cancelled', { chargePrompt: !failed })
        .catch((error: unknown) =>
          log.error({ error, chat: requestId }, 'a chat was not settled; its lease will end it'),
        );
      meter.charged((failed ? 0 : promptTokens) + reservation.recorded());
    }
  };

  const converse = async function* (
    input: ChatInput,
    context: RequestContext,
    signal: AbortSignal,
    leave: () => void,
  ): AsyncGenerator<ChatEventMapper, void, undefined> {
    const caller = callerOf(context);
    const inForce = await settings.of(input.model);
    allow(input.model, inForce, caller);
    const request = readChatRequest(chatWithDefaults(input, inForce));
    const over = Promise.withResolvers<void>();
    const chat: RunningChat = { over: over.promise, leave };
    running.add(chat);
    const meter = metrics.request();
    let failed = false;
    try {
      yield* generate(request, caller, context.log, AbortSignal.any([signal, stopping.signal]), meter);
    } catch (error) {
      failed = !signal.aborted;
      throw error;
    } finally {
      meter.ends(!failed);
      running.delete(chat);
      over.resolve();
    }
  };

  /** Waits until every chat is over, but no longer. */
  const allOver = async (ms: number): Promise<void> => {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([Promise.all(Array.from(running, ({ over }) => over)), late.promise]);
    clearTimeout(timer);
  };

  return {
    stream: (input, context) => {
      const left = new AbortController();
      return endable<ChatItem>(
        async function* (signal) {
          try {
            for await (const event of converse(input, context, signal, () => left.abort())) {
              yield { outcome: 'event', event };
            }
          } catch (error) {
            yield { outcome: 'failed', error };
          }
        },
        AbortSignal.any([context.signal, left.signal]),
        (error) => context.log.error({ error }, 'a chat ended badly after its reader had left'),
        PATIENCE_MS,
      );
    },
    complete: async (input, context) => {
      let text = '';
      for await (const event of converse(input, context, context.signal, () => {})) {
        text += event.text;
        const { requestId, model, user, finishReason, usage } = event;
        if (finishReason && usage) return { requestId, model, user, text, finishReason, usage };
      }
      throw new StudioError('SERVICE_UNAVAILABLE', 'The answer was left incomplete.');
    },
    tokens: () => tokens,
    stop: async () => {
      stopping.abort(new StudioError('SERVICE_UNAVAILABLE', 'The studio is stopping.'));
      await allOver(FAREWELL_MS);
      for (const chat of running) chat.leave();
      await allOver(SETTLE_MS);
    },
  };
};
