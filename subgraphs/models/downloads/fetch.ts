import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readGgufHeader } from '../gguf/reader.ts';
import { DownloadFailure, final, transient } from './failure.ts';
import type { Described, Hub } from './hub.ts';
import type { Source } from './source.ts';

export interface FetchJob {
  readonly source: Source;
  /** Where it grows; what lies there already is gone on with. In the folder of a file system that has the target too. */
  readonly staging: string;
  readonly target: string;
  /** Of the hub's file that lies in staging; null: of none. */
  readonly version: string | null;
  /** Bytes that other downloads will still take of the same disk. */
  readonly promised: () => number;
  /** The hub has told of the file. Waited for before anything is written. */
  readonly onDescribed: (described: Described) => Promise<void>;
  readonly onProgress: (receivedBytes: number) => void;
  readonly onVerifying: () => void;
}

/** "3B" is a class: Llama 3.2 3B has 3.2 billion parameters, SmolLM3 3B has 3.1. */
export const MAX_PARAMETERS = 3_500_000_000;
/** What that many parameters take unquantised, with room for a header. */
const MAX_BYTES = 4 * MAX_PARAMETERS + 64 * 1024 ** 2;
/** How much of the beginning is looked at for the header; most of one is the vocabulary. */
const HEADER_STEPS = [1024 ** 2, 16 * 1024 ** 2, 64 * 1024 ** 2];
/** The disk is never filled to its last bytes: database and logs may lie on it. */
const SPARE_BYTES = 64 * 1024 ** 2;
/** Attempts in a row that bring nothing. */
const MAX_ATTEMPTS = 5;
/** Less than this is nothing. */
const PROGRESS_BYTES = 65_536;
const FIRST_PAUSE_MS = 1_000;

const pauseAfter = (attempt: number, firstPauseMs: number): number => firstPauseMs * 2 ** Math.max(0, attempt - 1);

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
const billions = (count: number): string => `${(count / 1e9).toFixed(1)} billion`;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const sizeOf = async (path: string): Promise<number> => {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
};

/** @throws DownloadFailure when what the hub has is not what the catalogue knows, or too large */
const checkDescription = ({ sizeBytes, sha256 }: Source, described: Described): void => {
  if (sizeBytes !== null && sizeBytes !== described.totalBytes) {
    throw final(`The hub's file has ${described.totalBytes} bytes; the catalogue knows ${sizeBytes}.`);
  }
  if (sha256 !== null && described.sha256 !== null && sha256 !== described.sha256) {
    throw final(`The hub's file has the SHA-256 ${described.sha256}; the catalogue knows ${sha256}.`);
  }
  if (described.totalBytes > MAX_BYTES) {
    throw final(
      `It has ${gigabytes(described.totalBytes)}; models of up to ${billions(MAX_PARAMETERS)} parameters have less.`,
    );
  }
};

const checkDisk = async (folder: string, needed: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize - SPARE_BYTES;
  if (needed > free) {
    throw final(
      `The disk of the models folder has room for ${gigabytes(Math.max(0, free))}; needed are ${gigabytes(needed)}.`,
    );
  }
};

const readStart = async (file: FileHandle, length: number): Promise<Buffer> => {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
};

/**
 * Looks at the header once enough of it is there.
 * @returns from how many bytes on to look again; Infinity once it is judged
 * @throws DownloadFailure for a model that is too large, or is none
 */
const judge = async (file: FileHandle, receivedBytes: number, totalBytes: number): Promise<number> => {
  const seen = Math.min(receivedBytes, HEADER_STEPS.at(-1) ?? receivedBytes);
  const header = readGgufHeader(await readStart(file, seen));
  if (header.outcome === 'damaged') throw final(`The hub's file is no model: ${header.reason}.`);
  if (header.outcome === 'read') {
    if (header.parameters <= MAX_PARAMETERS) return Infinity;
    throw final(
      `It has ${billions(header.parameters)} parameters; models here have up to ${billions(MAX_PARAMETERS)}.`,
    );
  }
  const next = HEADER_STEPS.find((step) => step > receivedBytes);
  if (next === undefined || receivedBytes >= totalBytes)
    throw final("The hub's file is no model: its header has no end.");
  return Math.min(next, totalBytes);
};

const sha256Of = async (path: string, signal: AbortSignal): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 ** 2 })) hash.update(chunk);
  return hash.digest('hex');
};

/** One connection's worth. Answers how many bytes are there; fewer than all when the hub has stopped mid-way. */
const receive = async (hub: Hub, job: FetchJob, totalBytes: number, signal: AbortSignal): Promise<number> => {
  const file = await open(job.staging, 'a+');
  try {
    let received = (await file.stat()).size;
    let look = Math.min(HEADER_STEPS[0] ?? 0, totalBytes);
    if (received >= look) look = await judge(file, received, totalBytes);
    if (received === totalBytes) return received;
    const { from, chunks } = await hub.read(job.source, received, signal);
    if (from !== received) {
      await file.truncate(from);
      received = from;
      look = Math.min(HEADER_STEPS[0] ?? 0, totalBytes);
    }
    for await (const chunk of chunks) {
      if (received + chunk.length > totalBytes)
        throw final(`The hub sends more than the ${totalBytes} bytes it told of.`);
      await file.appendFile(chunk);
      received += chunk.length;
      if (received >= look) look = await judge(file, received, totalBytes);
      job.onProgress(received);
    }
    await file.sync();
    return received;
  } finally {
    await file.close();
  }
};

/** @throws DownloadFailure after attempts that brought nothing */
const receiveAll = async (
  hub: Hub,
  job: FetchJob,
  totalBytes: number,
  signal: AbortSignal,
  firstPauseMs: number,
): Promise<void> => {
  let best = await sizeOf(job.staging);
  for (let attempt = 1; ; attempt++) {
    let failure = transient('The hub stops before the end of the file.');
    try {
      if ((await receive(hub, job, totalBytes, signal)) === totalBytes) return;
    } catch (error) {
      if (!(error instanceof DownloadFailure) || !error.transient) throw error;
      failure = error;
    }
    const size = await sizeOf(job.staging);
    if (size - best >= PROGRESS_BYTES) attempt = 0;
    best = Math.max(best, size);
    if (attempt >= MAX_ATTEMPTS) throw failure;
    await setTimeout(pauseAfter(attempt, firstPauseMs), undefined, { signal });
  }
};

/** Asks until the hub answers. */
const describe = async (hub: Hub, source: Source, signal: AbortSignal, firstPauseMs: number): Promise<Described> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await hub.describe(source, signal);
    } catch (error) {
      if (!(error instanceof DownloadFailure) || !error.transient || attempt >= MAX_ATTEMPTS) throw error;
      await setTimeout(pauseAfter(attempt, firstPauseMs), undefined, { signal });
    }
  }
};

const fetchWhole = async (hub: Hub, job: FetchJob, signal: AbortSignal, firstPauseMs: number): Promise<void> => {
  const { source, staging, target } = job;
  const folder = dirname(staging);
  await mkdir(folder, { recursive: true });
  const described = await describe(hub, source, signal, firstPauseMs);
  checkDescription(source, described);
  const { totalBytes, version } = described;
  const there = await sizeOf(staging);
  // A part of another file, or of nobody knows which.
  if (there > 0 && (version === null || version !== job.version || there > totalBytes)) await rm(staging);
  await job.onDescribed(described);
  await checkDisk(folder, totalBytes - (await sizeOf(staging)) + job.promised());
  await receiveAll(hub, job, totalBytes, signal, firstPauseMs);

  const expected = source.sha256 ?? described.sha256;
  if (expected !== null) {
    job.onVerifying();
    const actual = await sha256Of(staging, signal);
    if (actual !== expected) throw final(`What came has the SHA-256 ${actual}; expected was ${expected}.`);
  }
  if ((await sizeOf(target)) > 0)
    throw final(`A file ${source.name}.gguf has been put into the models folder meanwhile.`);
  signal.throwIfAborted();
  await rename(staging, target);
};

/**
 * Fetches a file of the hub: into staging, where an interrupted download is gone on with, and whole, weighed and hashed
 * to its place. What is wrong is removed; what a connection has cut short is kept.
 * @param firstPauseMs before the second attempt; each further pause is twice as long
 * @throws DownloadFailure; the signal's reason; what the file system throws
 */
export const fetchModel = async (
  hub: Hub,
  job: FetchJob,
  signal: AbortSignal,
  firstPauseMs: number = FIRST_PAUSE_MS,
): Promise<void> => {
  try {
    await fetchWhole(hub, job, signal, firstPauseMs);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const full = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
    const wrong = error instanceof DownloadFailure && !error.transient;
    if (full || wrong) await rm(job.staging, { force: true });
    if (full) throw final('The disk of the models folder is full.');
    throw error;
  }
};
