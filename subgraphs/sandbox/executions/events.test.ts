import { expect, test } from 'vitest';
import { createEvents, type Events, type ExecutionStep } from './events.ts';

const NEVER = new AbortController().signal;
const END = { status: 'SUCCEEDED', exitCode: 0 } as const;

const all = async (events: Events, after = 0): Promise<ExecutionStep[]> => {
  const steps: ExecutionStep[] = [];
  for await (const step of events.follow(after, NEVER, false)) steps.push(step);
  return steps;
};
const out = (events: Events, bytes: Buffer | string, stream: 'stdout' | 'stderr' = 'stdout'): void =>
  events.output({ stream, bytes: Buffer.from(bytes) });
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  await new Promise(setImmediate);
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

test('one sequence runs over both streams, and the end comes last', async () => {
  const events = createEvents();
  events.queued();
  events.started();
  out(events, 'a');
  out(events, 'b', 'stderr');
  events.exited(END);
  expect(await all(events)).toMatchObject([
    { type: 'QUEUED', sequence: 1 },
    { type: 'STARTED', sequence: 2 },
    { type: 'OUTPUT', sequence: 3, stream: 'stdout', text: 'a' },
    { type: 'OUTPUT', sequence: 4, stream: 'stderr', text: 'b' },
    { type: 'EXITED', sequence: 5, ...END },
  ]);
  expect(await all(events, 3)).toHaveLength(2);
  expect(await all(events, 5)).toEqual([]);
});

test('a character in parts is whole in the text, each stream for itself, and the bytes are as they were', async () => {
  const events = createEvents();
  const face = Buffer.from('😀');
  out(events, face.subarray(0, 2));
  out(events, 'é'.slice(0, 1), 'stderr');
  out(events, face.subarray(2));
  events.exited(END);
  const outputs = (await all(events)).flatMap((step) => (step.type === 'OUTPUT' ? [step] : []));
  expect(outputs.map(({ text }) => text)).toEqual(['', 'é', '😀']);
  const bytes = outputs.flatMap((step) => (step.stream === 'stdout' ? [step.bytes] : []));
  expect(Buffer.concat(bytes)).toEqual(face);
});

test('half a character at the end is shown as one that is none', async () => {
  const events = createEvents();
  out(events, Buffer.from('é').subarray(0, 1));
  events.exited(END);
  expect((await all(events)).slice(-2)).toMatchObject([{ type: 'OUTPUT', text: '\ufffd' }, { type: 'EXITED' }]);
});

test('a byte order mark at the beginning is part of the output', async () => {
  const events = createEvents();
  out(events, '\ufeffa');
  events.exited(END);
  expect(await all(events)).toMatchObject([{ text: '\ufeffa' }, { type: 'EXITED' }]);
});

test('who reads behind the kept steps is told how many were lost, and goes on from there', async () => {
  const events = createEvents({ bytes: 10_000, events: 3, untakenBytes: 10_000, untakenEvents: 100 });
  for (const text of ['1', '2', '3', '4', '5']) out(events, text);
  events.exited(END);
  expect(await all(events)).toMatchObject([
    { type: 'TRUNCATED', sequence: 3, lost: 3 },
    { type: 'OUTPUT', sequence: 4, text: '4' },
    { type: 'OUTPUT', sequence: 5, text: '5' },
    { type: 'EXITED', sequence: 6 },
  ]);
  expect(await all(events, 2)).toMatchObject([{ type: 'TRUNCATED', sequence: 3, lost: 1 }, {}, {}, {}]);
  expect((await all(events, 3))[0]).toMatchObject({ sequence: 4 });
});

test('bytes bound what is kept as well', async () => {
  const events = createEvents({ bytes: 1_000, events: 100, untakenBytes: 10_000, untakenEvents: 100 });
  for (let count = 0; count < 10; count++) out(events, 'x'.repeat(400));
  events.exited(END);
  expect(await all(events)).toMatchObject([{ type: 'TRUNCATED', lost: 8 }, { sequence: 9 }, { sequence: 10 }, {}]);
});

test('a reader that comes while it runs gets what comes, until it leaves', async () => {
  const events = createEvents();
  const leaving = new AbortController();
  const reader = events.follow(0, leaving.signal, false);
  const first = reader.next();
  expect(await isSettled(first)).toBe(false);
  out(events, 'a');
  expect((await first).value).toMatchObject({ text: 'a' });
  const second = reader.next();
  leaving.abort();
  await expect(second).rejects.toThrow('aborted');
});

test('the program waits for the reader that holds it, and for no other', async () => {
  const events = createEvents({ bytes: 10_000, events: 100, untakenBytes: 10, untakenEvents: 100 });
  const slow = events.follow(0, NEVER, false);
  const holding = events.follow(0, NEVER, true);
  const first = holding.next();
  out(events, 'x'.repeat(8));
  await first;
  await slow.next();
  out(events, 'y'.repeat(8));
  const room = events.room(NEVER);
  expect(await isSettled(room)).toBe(false);
  await holding.next();
  await room;
});

test('many small events make the program wait as well as many bytes', async () => {
  const events = createEvents({ bytes: 10_000, events: 100, untakenBytes: 10_000, untakenEvents: 2 });
  const holding = events.follow(0, NEVER, true);
  const first = holding.next();
  for (const text of ['a', 'b', 'c']) out(events, text);
  await first;
  const room = events.room(NEVER);
  expect(await isSettled(room)).toBe(false);
  await holding.next();
  await room;
});

test('a reader that leaves holds nothing any more, and the signal ends the waiting too', async () => {
  const events = createEvents({ bytes: 10_000, events: 100, untakenBytes: 1, untakenEvents: 100 });
  const holding = events.follow(0, NEVER, true);
  const first = holding.next();
  out(events, 'xxxx');
  await first;
  const until = new AbortController();
  const room = events.room(until.signal);
  until.abort();
  await room;
  const again = events.room(NEVER);
  expect(await isSettled(again)).toBe(false);
  await holding.return();
  await again;
});
