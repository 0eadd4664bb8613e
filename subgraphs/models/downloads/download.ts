import type { StoredDownload } from '../store/downloads.ts';

/** A download, as it is at the moment. */
export interface Download {
  /** For example `Qwen/Qwen3-0.6B-GGUF:Qwen3-0.6B-Q8_0.gguf`. */
  readonly source: string;
  readonly receivedBytes: number;
  /** Null until the hub has told. */
  readonly totalBytes: number | null;
  readonly status: 'WAITING' | 'RUNNING' | 'VERIFYING' | 'INSTALLED' | 'FAILED' | 'CANCELLED';
  /** Why it failed, if it did. */
  readonly error: string | null;
}

/** A download that was asked for in this installation. */
export interface Entry {
  stored: StoredDownload;
  receivedBytes: number;
  /** All is there, and is hashed. */
  verifying: boolean;
  /** Undefined while it waits, and when it is over. */
  run: { readonly controller: AbortController; readonly done: Promise<void> } | undefined;
}

const STATUS = {
  waiting: 'WAITING',
  running: 'RUNNING',
  installed: 'INSTALLED',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
} as const satisfies Record<StoredDownload['state'], Download['status']>;

/** Whether it waits or runs. */
export const isUnfinished = ({ stored: { state } }: Entry): boolean => state === 'waiting' || state === 'running';

export const shown = ({ stored, receivedBytes, verifying }: Entry): Download => ({
  source: `${stored.repository}:${stored.file}`,
  receivedBytes,
  totalBytes: stored.totalBytes,
  status: verifying ? 'VERIFYING' : STATUS[stored.state],
  error: stored.error,
});
