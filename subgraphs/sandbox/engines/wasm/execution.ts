import { statfsSync } from 'node:fs';
import type { Job, Result, Run, Status } from '../engine.ts';
import { collectFiles } from '../run/collect.ts';
import { collectOutput } from '../run/output.ts';
import { statusOf } from '../run/status.ts';
import type { Ending } from './host/protocol.ts';
import { readToMarker } from './marked-stream.ts';
import { startMeter } from './meter.ts';
import type { Assignment } from './orders.ts';
import type { Lease } from './pool.ts';

const WORKSPACE = '/workspace';
const TEMPORARY = '/tmp';
/** What counts as no room left: a block or a few. */
const LITTLE_BYTES = 64 * 1024;

const isFull = (folder: string, mostBytes: number): boolean => {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize > mostBytes - LITTLE_BYTES;
};

/** Of a program that came to its end. */
const statusOfEnding = (ending: Ending, isDiskFull: boolean): Status => {
  if (ending.exitCode === 0) return ending.isDiskFull ? 'DISK_EXCEEDED' : 'SUCCEEDED';
  if (ending.isMemoryFull) return 'MEMORY_EXCEEDED';
  return ending.isDiskFull || isDiskFull ? 'DISK_EXCEEDED' : 'FAILED';
};

/** Has a host carry out a job, and follows it to its result. */
export const execute = (job: Job, { order, marker }: Assignment, { host, giveBack }: Lease): Run => {
  const { process } = host;
  const { limits } = job;
  const folder = process.memoryFolder(WORKSPACE);
  const folders = [folder, process.memoryFolder(TEMPORARY)];
  let isOutputExceeded = false;
  let isOver = false;
  const output = collectOutput(
    { stdout: readToMarker(process.stdout, marker), stderr: readToMarker(process.stderr, marker) },
    limits.outputBytes,
    () => {
      isOutputExceeded = true;
      stop();
    },
  );
  const meter = startMeter(process, folders, limits);

  const stop = (): void => {
    // The host may be another's by now.
    if (!isOver) process.stop('caller');
  };
  const finish = async (): Promise<Result> => {
    const ending = await host.carryOut(order);
    isOver = true;
    const used = meter.end();
    output.drain();
    if (ending === null) {
      process.stop('caller');
      const end = await process.ended;
      const counts = await output.whole;
      await giveBack('spent');
      const status = statusOf({
        end,
        isOutputExceeded,
        isDiskFull: false,
        language: 'node',
        memoryBytes: host.jailBytes,
      });
      return { ...used, ...counts, status, exitCode: null, signal: end.signal, files: [], message: null };
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
    cancel: stop,
    // It has no terminal.
    write: async () => {},
    resize: async () => {},
  };
};
