import type { Caller } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { GenerationRequest } from './chat-request.ts';
import { shifted } from './context-shift.ts';
import type { ChatEventMapper, Finish } from './mappers.ts';
import type { RequestMeter } from './metrics.ts';
import { tallyPrompts } from './prompt-tally.ts';
import { reserve } from './reservation.ts';
import type { Serving } from './serving.ts';
import type { BillingStore } from './store/billing.ts';
import type { Reason } from './worker/protocol.ts';

/** What a generation stands on. */
export interface Ground {
  /** The id of the request, on the bill and in its answer. */
  readonly requestId: string;
  readonly serving: Serving;
  readonly billing: BillingStore;
  readonly meter: RequestMeter;
  readonly log: Log;
  /** So many completion tokens more exist. */
  readonly sampled: (tokens: number) => void;
}

const FINISH = { stop: 'STOP', calls: 'TOOL_CALLS' } as const;

const finishOf = (reason: Reason, clamped: boolean): Finish => {
  if (reason !== 'length') return FINISH[reason];
  return clamped ? 'BUDGET' : 'LENGTH';
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * Generates under one reservation, one answer after the other from one place: a batch is yielded only after its tokens
 * are recorded, the last one after the bill.
 * @throws StudioError whatever ended it before its answers were complete; the signal's reason
 */
export const generate = async function* (
  request: GenerationRequest,
  { userId, credential }: Pick<Caller, 'userId' | 'credential'>,
  signal: AbortSignal,
  { requestId, serving, billing, meter, log, sampled }: Ground,
): AsyncGenerator<ChatEventMapper, void, undefined> {
  const model = await serving.use(request.model, 'CHAT', signal);
  const prompts = request.shifts ? await shifted(model, request, signal) : request.prompts;
  using conversation = await model.open(prompts, userId, signal);
  const tally = tallyPrompts(conversation.prompts);
  const promptTokens = tally.most;
  const choices = conversation.prompts.flatMap(({ room }, prompt) =>
    Array.from({ length: request.answers }, () => ({ prompt, wanted: Math.min(request.maxTokens ?? room, room) })),
  );
  const keyId = credential.kind === 'key' ? credential.id : null;
  const maxTokens = sum(choices.map(({ wanted }) => wanted));
  const reservation = await reserve(
    billing,
    { requestId, userId, keyId, model: model.name, promptTokens, maxTokens },
    log,
  );
  log.info({ chat: requestId, model: model.name, promptTokens, cap: reservation.cap }, 'a chat begins');
  meter.begins(model.name, tally.likely);
  const common = { requestId, model: { name: model.name }, user: { id: userId } };
  const until = AbortSignal.any([signal, reservation.revoked]);
  let index = 0;
  let generated = 0;
  let cachedTokens = 0;
  let failed = false;
  const count = (tokens: number): void => {
    sampled(tokens - generated);
    generated = tokens;
    meter.generated(tokens);
  };
  const settle = async (): Promise<ChatEventMapper['usage']> => {
    const read = tally.read();
    await reservation.settle('settled', { completionTokens: generated, chargePrompt: true, promptTokens: read });
    serving.answered(model.name);
    meter.completed();
    return { promptTokens: read, completionTokens: generated, totalTokens: read + generated, cachedTokens };
  };
  try {
    for (const [choice, { prompt, wanted }] of choices.entries()) {
      const isLast = choice === choices.length - 1;
      const before = generated;
      const cap = Math.min(wanted, reservation.cap - before);
      const piece = (text: string, finishReason: Finish | null = null, usage: ChatEventMapper['usage'] = null) => {
        const logprobs = request.scores === null ? null : [];
        return { ...common, index: index++, choice, text, toolCalls: [], logprobs, finishReason, usage };
      };
      const given = request.prompts[prompt];
      if (request.echo && given?.kind === 'text') yield piece(given.text);
      if (cap < 1) {
        yield piece('', 'BUDGET', isLast ? await settle() : null);
        continue;
      }
      const { form, scores, stop } = request;
      const sampling = { ...request.sampling, seed: (request.sampling.seed + choice) >>> 0 };
      const options = { form, scores, stop, sampling, maxTokens: cap };
      tally.begins(prompt);
      for await (const step of conversation.generate(prompt, options, until)) {
        const { text, reason, calls, scores: logprobs } = step;
        count(before + step.completionTokens);
        const extra = { ...(calls ? { toolCalls: calls } : {}), ...(logprobs ? { logprobs } : {}) };
        if (reason !== null) {
          // Another answer to the same prompt finds all of it remembered.
          if (choice % request.answers === 0) {
            cachedTokens += step.cachedTokens;
            if (step.promptTokens !== undefined) tally.told(prompt, step.promptTokens);
          }
          if (!isLast) await reservation.record(generated);
          yield {
            ...piece(
              text,
              finishOf(reason, cap < wanted && step.completionTokens >= cap),
              isLast ? await settle() : null,
            ),
            ...extra,
          };
        } else {
          await reservation.record(generated);
          if (text !== '' || calls || logprobs) yield { ...piece(text), ...extra };
        }
      }
    }
  } catch (error) {
    failed = !signal.aborted;
    throw error;
  } finally {
    // Left by its reader: what was begun was read for him. Failed: nothing is charged unless something was delivered.
    const read = tally.read();
    const chargePrompt = read > 0 && !failed;
    await reservation
      .settle(failed ? 'failed' : 'cancelled', { chargePrompt, promptTokens: read })
      .catch((error: unknown) =>
        log.error({ error, chat: requestId }, 'a chat was not settled; its lease will end it'),
      );
    const completionTokens = reservation.recorded();
    meter.charged({ promptTokens: chargePrompt || completionTokens > 0 ? read : 0, completionTokens });
  }
};
