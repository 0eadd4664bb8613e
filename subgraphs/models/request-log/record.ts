import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { RequestMeter } from '../metrics.ts';
import type { RequestRecord } from '../store/request-log.ts';
import type { Prompt } from '../worker/protocol.ts';

/** What a request is known by before it begins. */
export interface Asked {
  /** The id that it has on the bill, and in its answer. */
  readonly requestId: string;
  readonly kind: RequestRecord['kind'];
  /** As the client calls it. */
  readonly model: string;
  readonly caller: Pick<Caller, 'userId' | 'credential'>;
  readonly agent: string | null;
}

/** The most of a prompt, and of an answer, that is kept, in bytes. */
const MAX_TEXT_BYTES = 16_384;
const MAX_MODEL_LENGTH = 128;
const MAX_AGENT_LENGTH = 256;

/** Text that PostgreSQL takes. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** The beginning of a text, without half a character at its end. */
const beginningOf = (text: string): string => {
  const bytes = Buffer.from(storable(text));
  if (bytes.length <= MAX_TEXT_BYTES) return bytes.toString();
  let end = MAX_TEXT_BYTES;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
};

/** A prompt as it is kept: a text as it is, a conversation as JSON. */
export const promptText = (prompts: readonly Prompt[]): string =>
  prompts.map((prompt) => (prompt.kind === 'text' ? prompt.text : JSON.stringify(prompt.turns))).join('\n\n');

const codeOf = (error: unknown): string => (error instanceof StudioError ? error.code : 'INTERNAL_SERVER_ERROR');

/**
 * Follows one request for the log.
 * @param keepsTexts whether its prompt and its answer are kept
 * @param done given the record when it is over
 */
export const recordRequest = (
  { requestId, kind, model, caller, agent }: Asked,
  keepsTexts: boolean,
  done: (record: RequestRecord) => void,
): RequestMeter => {
  const asked = performance.now();
  const since = (): number => Math.round(performance.now() - asked);
  let queuedMs: number | null = null;
  let first: { readonly at: number; readonly tokens: number } | undefined;
  let last = { at: asked, tokens: 0 };
  let complete = false;
  let charged = { promptTokens: 0, completionTokens: 0 };
  let prompt: string | null = null;
  let answer = '';

  const outcomeOf = (left: boolean): RequestRecord['outcome'] => {
    if (complete) return 'COMPLETED';
    if (left) return 'CANCELLED';
    return queuedMs === null ? 'REFUSED' : 'FAILED';
  };
  /** Between the first tokens that came and the last ones. */
  const tokensPerSecond = (): number | null => {
    if (!first || last.tokens === first.tokens || last.at === first.at) return null;
    return ((last.tokens - first.tokens) * 1_000) / (last.at - first.at);
  };

  return {
    begins: () => {
      queuedMs = since();
    },
    reads: (text) => {
      if (keepsTexts) prompt = beginningOf(text());
    },
    writes: (text) => {
      if (keepsTexts && answer.length < MAX_TEXT_BYTES) answer += text;
    },
    generated: (tokens) => {
      if (tokens === 0) return;
      last = { at: performance.now(), tokens };
      first ??= last;
    },
    completed: () => {
      complete = true;
    },
    charged: (tokens) => {
      charged = tokens;
    },
    ends: (left, error) => {
      done({
        requestId,
        at: new Date().toISOString(),
        userId: caller.userId,
        keyId: caller.credential.kind === 'key' ? caller.credential.id : null,
        model: storable(model.slice(0, MAX_MODEL_LENGTH)),
        kind,
        outcome: outcomeOf(left),
        errorCode: complete || left || error === undefined ? null : codeOf(error),
        ...charged,
        queuedMs,
        firstTokenMs: first ? Math.round(first.at - asked) : null,
        totalMs: since(),
        tokensPerSecond: tokensPerSecond(),
        agent: agent === null ? null : storable(agent.slice(0, MAX_AGENT_LENGTH)),
        prompt,
        answer: prompt === null ? null : beginningOf(answer),
      });
    },
  };
};
