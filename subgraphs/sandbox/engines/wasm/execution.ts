import { statfsSync } from 'node:fs';
import type { Job, Result, Run } from '../engine.ts';
import { collectFiles } from '../run/collect.ts';
import { collectOutput } from '../run/output.ts';
import { readToMarker } from './marked-stream.ts';
import { startMeter } from './meter.ts';
import type { Assignment } from './orders.ts';
import type { Lease } from './pool.ts';
import { statusOfDeath, statusOfEnding } from './status.ts';

const WORKSPACE = '/workspace';
const TEMPORARY = '/tmp';
/** What counts as no room left: a block or a few. */
const LITTLE_BYTES = 64 * 1024;
/** How long a host that tells no end may take to die of what it has. */
const DYING_MS = 2_000;

const isFull = (folder: string, mostBytes: number): boolean => {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize > mostBytes - LITTLE_BYTES;
};

/** Has a host carry out a job, and follows it to its result. */
export const execute = (job: Job, { order, marker }: Assignment, { host, giveBack }: Lease): Run => {
  const { process } = host;
  const { limits } = job;
  const folder = process.memoryFolder(WORKSPACE);
  const folders = [folder, process.memoryFolder(TEMPORARY)];
  let isCancelled = false;
  let isOutputExceeded = false;
  let isOver = false;
  const stop = (): void => {
    // The host may be another's by now.
    if (!isOver) process.stop('caller');
  };
  const output = collectOutput(
    { stdout: readToMarker(process.stdout, marker), stderr: readToMarker(process.stderr, marker) },
    limits.outputBytes,
    () => {
      isOutputExceeded = true;
      stop();
    },
  );
  const meter = startMeter(process, folders, limits);

  /** The program's end, or null when the host died with it. */
  const carryOut = async (): ReturnType<typeof host.carryOut> => {
    const ending = await host.carryOut(order);
    if (ending === null) {
      const late = setTimeout(() => process.stop('caller'), DYING_MS);
      await process.ended;
      clearTimeout(late);
    }
    isOver = true;
    return ending;
  };
  const finish = async (): Promise<Result> => {
    const ending = await carryOut();
    const used = meter.end();
    output.drain();
    if (ending === null) {
      const end = await process.ended;
      const counts = await output.whole;
      await giveBack('spent');
      const status = statusOfDeath({ end, isCancelled, isOutputExceeded, jailBytes: host.jailBytes });
      const message = status === 'ENGINE_FAILED' ? 'The process that ran the program broke.' : null;
      return { ...used, ...counts, status, exitCode: null, signal: end.signal, files: [], message };
    }
    const isDiskFull = folders.some((each) => isFull(each, limits.diskBytes));
    const counts = await output.whole;
    const keepsFiles = job.collect.length > 0;
    if (keepsFiles) {
      // Nobody may change the files while they are read.
      process.stop('caller');
      await process.ended;
    }
    const collected = await collectFiles(folder, job.collect);
    await giveBack(keepsFiles || ending.isBroken ? 'spent' : 'reusable');
    const status = isOutputExceeded ? 'OUTPUT_EXCEEDED' : statusOfEnding(ending, isDiskFull);
    return { ...used, ...counts, ...collected, status, exitCode: ending.exitCode, signal: null };
  };
  const answer = async (): Promise<Result> => {
    try {
      return await finish();
    } catch (error) {
      process.stop('caller');
      output.drain();
      const counts = await output.whole;
      await giveBack('spent');
      const message = error instanceof Error ? error.message : 'The engine failed.';
      const nothing = { exitCode: null, signal: null, files: [], message };
      return { ...meter.end(), ...counts, ...nothing, status: 'ENGINE_FAILED' };
    }
  };
  return {
    output: output.chunks,
    result: answer(),
    cancel: () => {
      isCancelled = true;
      stop();
    },
    // It has no terminal.
    write: async () => {},
    resize: async () => {},
  };
};
