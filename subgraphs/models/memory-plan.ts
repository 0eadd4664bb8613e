import type { InstalledModel } from './catalogue.ts';
import type { LoadOptions } from './worker/protocol.ts';

/** What a worker takes before it has a model: Node and llama.cpp. */
const PROCESS_BYTES = 128 * 1024 ** 2;
/** Tokens that llama.cpp computes at once, at most. */
const BATCH_TOKENS = 512;
/** How much a token of a batch heeds one of the context: in a chat a half that all heads share, else a float a head. */
const BYTES_PER_PAIR = 2;
const BYTES_PER_PAIR_AND_HEAD = 4;
/** llama.cpp rounds contexts up to a multiple of this. */
const CONTEXT_STEP = 256;

/**
 * What a worker is going to take, in bytes: the weights, the contexts of all conversations, and what is computed at once.
 * On the safe side of what was measured; where the header does not say what a token costs, its context is left out.
 */
export const estimateMemory = (
  { sizeBytes, header }: Pick<InstalledModel, 'sizeBytes' | 'header'>,
  { kind, contextSize, sequences }: Pick<LoadOptions, 'kind' | 'contextSize' | 'sequences'>,
): number => {
  if (header.outcome === 'unreadable') return PROCESS_BYTES + sizeBytes;
  const tokens = Math.ceil(contextSize / CONTEXT_STEP) * CONTEXT_STEP;
  // An embedding, or a rank, is computed from the whole text at once, and without flash attention.
  const computed = kind === 'CHAT' ? Math.min(tokens, BATCH_TOKENS) : tokens;
  const perPair = kind === 'CHAT' ? BYTES_PER_PAIR : header.heads * BYTES_PER_PAIR_AND_HEAD;
  return Math.ceil(
    PROCESS_BYTES +
      sizeBytes * header.files +
      tokens * sequences * (header.bytesPerToken ?? 0) +
      computed * (header.bytesPerComputedToken + tokens * perPair),
  );
};

/** A model that takes memory, or is about to. */
export interface Resident {
  readonly name: string;
  /** What it takes by now; 0 while its worker starts. */
  readonly taken: number;
  /** What was set aside for it. */
  readonly estimate: number;
  /** Milliseconds, of any clock. */
  readonly usedAt: number;
  /** Why it stays in memory; null when it may be unloaded for another. */
  readonly stays: 'loading' | 'busy' | 'pinned' | null;
}

export type Admission =
  | { readonly decision: 'admit'; /** To be unloaded before. */ readonly evict: readonly string[] }
  | { readonly decision: 'refuse'; /** What is in the way, as a sentence. */ readonly reason: string };

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes for a person. */
export const readable = (bytes: number): string => {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
};

const reserved = ({ taken, estimate }: Resident): number => Math.max(taken, estimate);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const listed = (residents: readonly Resident[]): string =>
  residents
    .map(
      (resident) => `${resident.name} ${readable(reserved(resident))}${resident.stays ? ` (${resident.stays})` : ''}`,
    )
    .join(', ');

/**
 * Decides whether a model may be loaded, and which others go for it: those that were used least recently.
 * @param needed what it is going to take
 * @param budget what all models together may take
 * @param available what the machine and the container have left
 */
export const decideAdmission = (
  name: string,
  needed: number,
  { budget, available }: { readonly budget: number; readonly available: number },
  residents: readonly Resident[],
): Admission => {
  const inBudget = budget - sum(residents.map(reserved));
  // What was promised to others is not taken yet, and not available all the same.
  const promised = sum(
    residents.map((resident) => Math.max(0, resident.estimate - resident.taken) * Number(resident.stays === 'loading')),
  );
  const leaving = residents.filter(({ stays }) => stays === null).toSorted((one, other) => one.usedAt - other.usedAt);
  const fitsWithout = (gone: readonly Resident[]): boolean =>
    needed <= inBudget + sum(gone.map(reserved)) &&
    needed <= available - promised + sum(gone.map(({ taken }) => taken));
  for (let count = 0; count <= leaving.length; count++) {
    const gone = leaving.slice(0, count);
    if (fitsWithout(gone)) return { decision: 'admit', evict: gone.map((resident) => resident.name) };
  }
  const staying = residents.filter(({ stays }) => stays !== null);
  const held = staying.length === 0 ? '' : ` Held are: ${listed(staying)}.`;
  const limits = `models may take ${readable(budget)} together, and ${readable(Math.max(0, available))} of memory are free`;
  return { decision: 'refuse', reason: `${name} needs about ${readable(needed)}; ${limits}.${held}` };
};
