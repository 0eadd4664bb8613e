import { setTimeout as sleep } from 'node:timers/promises';
import { FrameError } from '../frames.ts';
import type { Agent } from '../agent.ts';

/** Both clocks at one moment, in milliseconds since some beginning of each. */
interface Moment {
  readonly host: number;
  readonly guest: number;
}

/** A moment is known as exactly as its question came back fast. */
const QUESTIONS = 4;
const SPAN_MS = 1_200;
/** More than this, and programs would see time run wrongly. */
const TOLERANCE = 0.02;

const ask = async (agent: Agent): Promise<Moment & { readonly tookMs: number }> => {
  const asked = performance.now();
  await agent.send('C');
  const frame = await agent.next();
  const answered = performance.now();
  if (frame?.kind !== 'C' || frame.payload.length !== 8) throw new FrameError('the machine does not tell its time');
  const guest = Number(frame.payload.readBigUInt64BE(0)) / 1e6;
  return { host: (asked + answered) / 2, guest, tookMs: answered - asked };
};

const readMoment = async (agent: Agent): Promise<Moment> => {
  let best = await ask(agent);
  for (let asked = 1; asked < QUESTIONS; asked++) {
    const next = await ask(agent);
    if (next.tookMs < best.tookMs) best = next;
  }
  return best;
};

/** How fast a machine's time runs; 1 is right. It takes a second. */
export const measurePace = async (agent: Agent): Promise<number> => {
  const before = await readMoment(agent);
  await sleep(SPAN_MS);
  const after = await readMoment(agent);
  return (after.guest - before.guest) / (after.host - before.host);
};

export const isRight = (pace: number): boolean => Math.abs(pace - 1) <= TOLERANCE;
