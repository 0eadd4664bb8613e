import type { Worked } from './meter.ts';

/** What a models service and the worker process of one model say to each other over Node's IPC channel. */

/** A function that the model wants called. */
export interface Call {
  readonly id: string;
  readonly name: string;
  /** A JSON object. */
  readonly arguments: string;
}

export interface Turn {
  readonly role: 'SYSTEM' | 'USER' | 'ASSISTANT' | 'TOOL';
  readonly content: string;
  /** What the assistant called; each call is answered by a turn of a tool right after it. */
  readonly calls?: readonly Call[];
  /** Of a tool's turn: the call that it answers. */
  readonly callId?: string;
}

/** A function that the model may call. */
export interface Tool {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of its arguments, an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The same as a grammar. */
  readonly grammar: string;
}

/** What is continued. */
export type Prompt =
  | { readonly kind: 'chat'; readonly turns: readonly Turn[]; readonly tools: readonly Tool[] }
  /** Without any template. */
  | { readonly kind: 'text'; readonly text: string };

/** What the answer to a prompt may be. */
export type Form =
  /** Text, and calls of the prompt's tools where it has some. */
  | { readonly kind: 'free'; readonly mostCalls: number }
  /** Text that keeps a grammar of GBNF; `schema` says the same as JSON Schema, null for any object. */
  | { readonly kind: 'grammar'; readonly grammar: string; readonly schema: unknown }
  /** A call of one of these tools of the prompt, which are written down in `choice` as a grammar. */
  | { readonly kind: 'call'; readonly names: readonly string[]; readonly choice: string };

/** A token of an answer, and how likely it was. */
export interface ScoredToken {
  readonly token: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}
export interface Score extends ScoredToken {
  /** The likeliest ones in its place. */
  readonly top: readonly ScoredToken[];
}

export interface Sampling {
  readonly temperature: number;
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
  /** 1 is off. */
  readonly repeatPenalty: number;
  /** A whole number of 32 bits. */
  readonly seed: number;
}

export interface LoadOptions {
  /** What the model is for. */
  readonly kind: 'CHAT' | 'EMBEDDING' | 'RERANKING';
  /** The GGUF file. */
  readonly path: string;
  /** Tokens that each conversation may have. */
  readonly contextSize: number;
  /** Conversations served at once. */
  readonly sequences: number;
  readonly threads: number;
  /** Layers that a GPU takes; when left out, as many as fit. */
  readonly gpuLayers?: number;
}

export interface GenerateOptions {
  /** Whose it is: what is remembered of it serves this user alone. */
  readonly user: string;
  readonly prompt: Prompt;
  /** Whether this prompt was answered before, in the same place: another answer is wanted. */
  readonly again: boolean;
  readonly form: Form;
  /** How many of the likeliest tokens to tell beside each; null tells of none, nor of itself. */
  readonly scores: number | null;
  /** At least 1; prompt and completion together stay under the context size. */
  readonly maxTokens: number;
  readonly sampling: Sampling;
  readonly stop: readonly string[];
}

/** From the service. `load` comes once, first; `id` names one count or one generation. */
export type Command =
  | ({ readonly type: 'load' } & LoadOptions)
  | { readonly type: 'count'; readonly id: number; readonly prompt: Prompt }
  /** Answered by `tokenized`: a text as it is, without any template. */
  | { readonly type: 'tokenize'; readonly id: number; readonly text: string }
  | ({ readonly type: 'generate'; readonly id: number } & GenerateOptions)
  /** Of a model for embeddings, or one that ranks by the query, which is empty for others: counts the tokens of each text. */
  | { readonly type: 'measure'; readonly id: number; readonly texts: readonly string[]; readonly query: string }
  /** Of the same: a text that fits; one at a time. */
  | { readonly type: 'embed'; readonly id: number; readonly text: string; readonly query: string }
  /** The first `completionTokens` tokens were taken: the worker may run as far ahead of them as its window is wide. */
  | { readonly type: 'acknowledge'; readonly id: number; readonly completionTokens: number }
  | { readonly type: 'abort'; readonly id: number };

/**
 * From the worker. A count gets one of `counted` and `failed`, likewise a text to tokenize; a measurement
 * gets one of `measured` and `failed`, a text to embed one of `embedded` and `failed`, a generation any number of `batch` and then one of `ended`
 * and `failed`. `load` comes every few seconds and is its sign of life.
 */
export type Report =
  | { readonly type: 'loaded'; readonly contextSize: number; readonly memoryBytes: number }
  | { readonly type: 'not loaded'; readonly reason: string }
  /**
   * What the process takes: resident memory, and processor time since the last report; 100 is one processor. And what it
   * has worked in all.
   */
  | { readonly type: 'load'; readonly memoryBytes: number; readonly cpuPercent: number; readonly worked: Worked }
  | { readonly type: 'counted'; readonly id: number; readonly promptTokens: number }
  | { readonly type: 'tokenized'; readonly id: number; readonly tokens: readonly number[] }
  | ({ readonly type: 'measured'; readonly id: number } & Measure)
  | { readonly type: 'embedded'; readonly id: number; readonly vector: Float32Array }
  | ({ readonly type: 'batch'; readonly id: number } & Batch)
  | ({ readonly type: 'ended'; readonly id: number; readonly cachedTokens: number } & Batch & {
        readonly reason: Reason | 'aborted';
      })
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

/** Why a generation ended by itself. */
export type Reason = 'stop' | 'length' | 'calls';

export interface Measure {
  /** Of each text, with those that the model puts around it; 0 where nothing in it is a token. */
  readonly tokens: readonly number[];
  /** The numbers of a vector. */
  readonly dimensions: number;
}

export interface Batch {
  /** What came since the batch before; empty while a stop text or a character of several tokens is incomplete. */
  readonly text: string;
  /** Tokens sampled since the beginning, the one that ends the answer included: at least those of all text so far. */
  readonly completionTokens: number;
  /** Calls that are complete since the batch before. */
  readonly calls?: readonly Call[];
  /** Of the tokens of the text, where they were asked for. */
  readonly scores?: readonly Score[];
}
