/** What a models service and the worker process of one model say to each other over Node's IPC channel. */

export interface Turn {
  readonly role: 'SYSTEM' | 'USER' | 'ASSISTANT';
  readonly content: string;
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
  readonly kind: 'CHAT' | 'EMBEDDING';
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
  readonly turns: readonly Turn[];
  /** At least 1; prompt and completion together stay under the context size. */
  readonly maxTokens: number;
  readonly sampling: Sampling;
  readonly stop: readonly string[];
}

/** From the service. `load` comes once, first; `id` names one count or one generation. */
export type Command =
  | ({ readonly type: 'load' } & LoadOptions)
  | { readonly type: 'count'; readonly id: number; readonly turns: readonly Turn[] }
  | ({ readonly type: 'generate'; readonly id: number } & GenerateOptions)
  /** Of a model for embeddings: counts the tokens of each text. */
  | { readonly type: 'measure'; readonly id: number; readonly texts: readonly string[] }
  /** Of a model for embeddings: a text that fits; one at a time. */
  | { readonly type: 'embed'; readonly id: number; readonly text: string }
  /** The first `completionTokens` tokens were taken: the worker may run as far ahead of them as its window is wide. */
  | { readonly type: 'acknowledge'; readonly id: number; readonly completionTokens: number }
  | { readonly type: 'abort'; readonly id: number };

/**
 * From the worker. A count gets one of `counted` and `failed`, a measurement one of `measured` and `failed`, a text one
 * of `embedded` and `failed`, a generation any number of `batch` and then one of `ended`
 * and `failed`. `memory` comes every few seconds and is its sign of life.
 */
export type Report =
  | { readonly type: 'loaded'; readonly contextSize: number; readonly memoryBytes: number }
  | { readonly type: 'not loaded'; readonly reason: string }
  | { readonly type: 'memory'; readonly bytes: number }
  | { readonly type: 'counted'; readonly id: number; readonly promptTokens: number }
  | ({ readonly type: 'measured'; readonly id: number } & Measure)
  | { readonly type: 'embedded'; readonly id: number; readonly vector: Float32Array }
  | ({ readonly type: 'batch'; readonly id: number } & Batch)
  | ({ readonly type: 'ended'; readonly id: number; readonly reason: 'stop' | 'length' | 'aborted' } & Batch)
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };

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
}
