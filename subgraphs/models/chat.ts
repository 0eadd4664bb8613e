import { randomUUID } from 'node:crypto';
import { StudioError } from '#mesh/errors.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';
import type { GenerationRequest } from './chat-request.ts';
import { gather } from './choices.ts';
import type { Doors } from './doors.ts';
import { endable } from '#mesh/endable.ts';
import { generate } from './generation.ts';
import type { ChatCompletionMapper, ChatEventMapper } from './mappers.ts';
import { promptText } from './request-log/record.ts';
import type { Requests } from './requests.ts';
import type { Serving } from './serving.ts';
import type { BillingStore } from './store/billing.ts';
import type { ModelSettings } from './store/settings.ts';
import { createTokenRate } from './token-rate.ts';

/** A step of a chat's stream. A failure is one as well, so that it arrives in the stream's own format. */
export type ChatItem =
  | { readonly outcome: 'event'; readonly event: ChatEventMapper }
  | { readonly outcome: 'failed'; readonly error: unknown };

/** What is asked of a model. */
interface Ask {
  readonly kind: 'CHAT' | 'COMPLETION';
  readonly model: string;
  /** Reads it; where it is wrong its error is the chat's. */
  readonly read: (settings: ModelSettings) => GenerationRequest;
}

export interface Chats {
  /** Generates while the stream is read, and ends when it is left. Every failure is the last item. */
  stream(ask: Ask, context: RequestContext): AsyncIterable<ChatItem>;
  /** @throws StudioError whatever ended the chat before its answer was complete */
  complete(ask: Ask, context: RequestContext): Promise<ChatCompletionMapper>;
  /** Completion tokens that were generated for all chats so far. */
  tokens(): number;
  /** The same a second, over the last ones. */
  tokensPerSecond(): number;
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

export const createChats = (
  serving: Serving,
  doors: Doors,
  billing: BillingStore,
  requests: Pick<Requests, 'follow'>,
): Chats => {
  const stopping = new AbortController();
  const running = new Set<RunningChat>();
  const rate = createTokenRate();
  let tokens = 0;

  const converse = async function* (
    ask: Ask,
    context: RequestContext,
    signal: AbortSignal,
    leave: () => void,
  ): AsyncGenerator<ChatEventMapper, void, undefined> {
    const caller = callerOf(context);
    const requestId = randomUUID();
    const over = Promise.withResolvers<void>();
    const chat: RunningChat = { over: over.promise, leave };
    running.add(chat);
    const { kind, model } = ask;
    const meter = requests.follow({ requestId, kind, model, caller, agent: context.client.userAgent });
    let failure: unknown;
    try {
      const inForce = await doors.enter(model, caller);
      const request = ask.read(inForce);
      // The system prompt of the settings is the admins', and the log the user's.
      meter.reads(() => promptText(ask.read({ ...inForce, systemPrompt: null }).prompts));
      const sampled = (more: number): void => {
        tokens += more;
        rate.add(more);
      };
      const ground = { requestId, serving, billing, meter, log: context.log, sampled };
      for await (const event of generate(request, caller, AbortSignal.any([signal, stopping.signal]), ground)) {
        meter.writes(event.text);
        for (const call of event.toolCalls) meter.writes(`${call.name}(${call.arguments})`);
        yield event;
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      meter.ends(signal.aborted || failure === undefined, failure);
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
    stream: (ask, context) => {
      const left = new AbortController();
      return endable<ChatItem>(
        async function* (signal) {
          try {
            for await (const event of converse(ask, context, signal, () => left.abort())) {
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
    complete: (ask, context) => gather(converse(ask, context, context.signal, () => {})),
    tokens: () => tokens,
    tokensPerSecond: () => rate.perSecond(),
    stop: async () => {
      stopping.abort(new StudioError('SERVICE_UNAVAILABLE', 'The studio is stopping.'));
      await allOver(FAREWELL_MS);
      for (const chat of running) chat.leave();
      await allOver(SETTLE_MS);
    },
  };
};
