import { StudioError } from '#mesh/errors.ts';
import { refuse, within } from './bounds.ts';
import type { InstalledModel } from './catalogue.ts';
import type { LoadOptions } from './worker/protocol.ts';

export type Kind = LoadOptions['kind'];

/** What an admin may ask for when a model is loaded; what is left out is decided here. */
export interface ModelOptions {
  readonly contextSize?: number | null | undefined;
  readonly threads?: number | null | undefined;
  readonly sequences?: number | null | undefined;
  readonly gpuLayers?: number | null | undefined;
}

const DEFAULT_SEQUENCES = 4;
const MAX_SEQUENCES = 32;
const MAX_THREADS = 64;
const MAX_GPU_LAYERS = 1_000;
const MIN_CONTEXT = 64;
/** What the contexts of one model take by default at most, as long as each has room for a real conversation. */
const CONTEXT_MEMORY_BYTES = 2 * 1024 ** 3;
const SMALLEST_DEFAULT_CONTEXT = 2_048;
/** Where the header does not say what a token costs. */
const BLIND_DEFAULT_CONTEXT = 4_096;
/** A text is read in one batch, whose memory grows with the square of its length. */
const TEXT_DEFAULT_CONTEXT = 2_048;

/** Texts are read one after the other: side by side was slower. */
const defaultSequences = (kind: Kind): number => (kind === 'CHAT' ? DEFAULT_SEQUENCES : 1);
const maxSequences = (kind: Kind): number => (kind === 'CHAT' ? MAX_SEQUENCES : 1);

/**
 * Tokens that a conversation, or a text to embed, has when nobody asks for another size: as many as trained for, if
 * memory allows.
 */
export const defaultContextSize = ({ header }: InstalledModel, sequences: number = DEFAULT_SEQUENCES): number => {
  if (header.outcome !== 'read') return 0;
  if (header.kind !== 'CHAT') return Math.min(header.trainedContext, TEXT_DEFAULT_CONTEXT);
  const affordable =
    header.bytesPerToken === null
      ? BLIND_DEFAULT_CONTEXT
      : Math.floor(CONTEXT_MEMORY_BYTES / (header.bytesPerToken * sequences));
  return Math.min(header.trainedContext, Math.max(affordable, SMALLEST_DEFAULT_CONTEXT));
};

/**
 * What is in force and not as these options want it, each as a part of a sentence.
 * @param contextSize what the worker made of the one that it was asked for: llama.cpp rounds up
 */
export const wishesAgainst = (inForce: LoadOptions, contextSize: number, options: ModelOptions): readonly string[] => {
  const differs = (wish: number | null | undefined, ...values: readonly number[]): boolean =>
    wish !== null && wish !== undefined && !values.includes(wish);
  return [
    ...(differs(options.contextSize, inForce.contextSize, contextSize) ? [`contextSize ${contextSize}`] : []),
    ...(differs(options.sequences, inForce.sequences) ? [`sequences ${inForce.sequences}`] : []),
    ...(differs(options.threads, inForce.threads) ? [`threads ${inForce.threads}`] : []),
    ...(differs(options.gpuLayers, ...(inForce.gpuLayers === undefined ? [] : [inForce.gpuLayers]))
      ? [`gpuLayers ${inForce.gpuLayers ?? 'as many as fit'}`]
      : []),
  ];
};

const PURPOSE: Readonly<Record<Kind, string>> = { CHAT: 'chats', EMBEDDING: 'embeddings', RERANKING: 'reranking' };
const INABILITY: Readonly<Record<Kind, string>> = {
  CHAT: 'cannot chat',
  EMBEDDING: 'makes no embeddings',
  RERANKING: 'ranks no documents',
};

/**
 * Checks that a model does what it is wanted for.
 * @throws StudioError BAD_USER_INPUT when it does not
 */
export const checkKind = (name: string, kind: Kind, wanted: Kind): void => {
  if (kind !== wanted) refuse('model', `${name} is a model for ${PURPOSE[kind]} and ${INABILITY[wanted]}.`);
};

/**
 * Decides how a model is loaded.
 * @param processors how many this process may use
 * @throws StudioError MODEL_NOT_LOADED for a file that is no model, BAD_USER_INPUT for an option out of bounds
 */
export const planLoad = (model: InstalledModel, options: ModelOptions, processors: number): LoadOptions => {
  const { name, path, header } = model;
  if (header.outcome === 'unreadable') {
    throw new StudioError('MODEL_NOT_LOADED', `The file of ${name} cannot be read: ${header.reason}.`);
  }
  const { kind } = header;
  const sequences = within('sequences', options.sequences ?? defaultSequences(kind), 1, maxSequences(kind));
  const smallest = Math.min(MIN_CONTEXT, header.trainedContext);
  return {
    kind,
    path,
    sequences,
    // One processor is left for everything else: contended ones make llama.cpp slower by orders of magnitude.
    threads: within('threads', options.threads ?? Math.max(1, Math.min(processors - 1, MAX_THREADS)), 1, MAX_THREADS),
    contextSize: within(
      'contextSize',
      options.contextSize ?? defaultContextSize(model, sequences),
      smallest,
      header.trainedContext,
    ),
    ...(typeof options.gpuLayers === 'number'
      ? { gpuLayers: within('gpuLayers', options.gpuLayers, 0, MAX_GPU_LAYERS) }
      : {}),
  };
};
