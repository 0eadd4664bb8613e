import { z } from 'zod';
import type { Score } from '../worker/protocol.ts';

const count = z.int().nonnegative();
const Scored = z.object({ token: z.string(), logprob: z.number() });
const Logprobs = z.object({
  content: z.array(Scored.extend({ top_logprobs: z.array(Scored).max(20).optional().catch([]) })),
});
const Usage = z.object({
  prompt_tokens: count,
  completion_tokens: count.default(0),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish().catch(null),
});
const CallPart = z.object({
  index: z.int().min(0).max(63).default(0),
  id: z.string().max(256).nullish(),
  function: z.object({ name: z.string().max(256).nullish(), arguments: z.string().nullish() }).nullish(),
});
/** A part of a call: what belongs to one has one index. */
export type CallPart = Readonly<z.infer<typeof CallPart>>;

const Choice = z.object({
  delta: z
    .object({
      content: z.string().nullish().catch(null),
      /** What some servers call the thoughts of a model. */
      reasoning_content: z.string().nullish().catch(null),
      reasoning: z.string().nullish().catch(null),
      tool_calls: z.array(CallPart).max(64).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  text: z.string().nullish().catch(null),
  logprobs: Logprobs.nullish().catch(null),
  finish_reason: z.string().nullish().catch(null),
});
const Chunk = z.object({ choices: z.array(Choice).nullish(), usage: Usage.nullish().catch(null) });

const Problem = z.object({
  error: z.union([
    z.string().transform((message) => ({ message, code: '' })),
    z
      .object({
        message: z.string().catch(''),
        code: z.union([z.string(), z.number()]).nullish().catch(null),
        type: z.string().nullish().catch(null),
      })
      .transform(({ message, code, type }) => ({ message, code: `${code ?? ''} ${type ?? ''}` })),
  ]),
});

/** What a server says is wrong. */
export interface Problem {
  readonly message: string;
  /** Its own words for it. */
  readonly code: string;
}

export interface Piece {
  readonly kind: 'piece';
  readonly text: string;
  /** Whether the model has written something here, thoughts and calls included. */
  readonly written: boolean;
  readonly calls: readonly CallPart[];
  readonly scores: readonly Score[];
  /** The server's own word for why the answer ends; null while it goes on. */
  readonly finish: string | null;
  readonly usage: {
    readonly promptTokens: number;
    readonly completionTokens: number;
    readonly cachedTokens: number;
  } | null;
}

export type Said =
  | Piece
  | { readonly kind: 'problem'; readonly problem: Problem }
  | { readonly kind: 'done' }
  | { readonly kind: 'garbage' };

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What a body in OpenAI's shape of an error says; undefined where it says nothing. */
export const readProblem = (text: string): Problem | undefined => Problem.safeParse(parsed(text)).data?.error;

/** Reads the usage of an answer; null where it tells none that makes sense. */
export const readUsage = (usage: unknown): Piece['usage'] => {
  const { data } = Usage.safeParse(usage);
  if (!data) return null;
  return {
    promptTokens: data.prompt_tokens,
    completionTokens: data.completion_tokens,
    cachedTokens: data.prompt_tokens_details?.cached_tokens ?? 0,
  };
};

/** Decides what one event of an answer says. */
export const readChunk = (text: string): Said => {
  if (text.trim() === '[DONE]') return { kind: 'done' };
  const json = parsed(text);
  const problem = Problem.safeParse(json);
  if (problem.success) return { kind: 'problem', problem: problem.data.error };
  const chunk = Chunk.safeParse(json);
  if (!chunk.success) return { kind: 'garbage' };
  const [choice] = chunk.data.choices ?? [];
  const delta = choice?.delta;
  const written = (delta?.content ?? choice?.text ?? '').toWellFormed();
  const calls = delta?.tool_calls ?? [];
  const thought = delta?.reasoning_content ?? delta?.reasoning ?? '';
  return {
    kind: 'piece',
    text: written,
    written: written !== '' || thought !== '' || calls.length > 0,
    calls,
    scores: (choice?.logprobs?.content ?? []).map(({ token, logprob, top_logprobs: top }) => ({
      token,
      logprob,
      top: top ?? [],
    })),
    finish: choice?.finish_reason ?? null,
    usage: readUsage(chunk.data.usage),
  };
};
