import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { collectOutput } from './output.ts';

const MIB = 1024 ** 2;

const open = (most = 10 * MIB) => {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  let exceeded = 0;
  const output = collectOutput(streams, most, () => exceeded++);
  return { ...streams, output, exceeded: () => exceeded };
};

test('both streams come in the order of their bytes, then the counts', async () => {
  const { stdout, stderr, output } = open();
  const reader = output.chunks[Symbol.asyncIterator]();
  stdout.write('a');
  expect((await reader.next()).value).toEqual({ stream: 'stdout', bytes: Buffer.from('a') });
  stderr.end('b');
  expect((await reader.next()).value).toEqual({ stream: 'stderr', bytes: Buffer.from('b') });
  stdout.end('c');
  expect((await reader.next()).value).toEqual({ stream: 'stdout', bytes: Buffer.from('c') });
  expect((await reader.next()).done).toBe(true);
  expect(await output.whole).toEqual({
    totals: { stdout: 2, stderr: 1 },
    truncated: { stdout: false, stderr: false },
  });
});

test('a reader that waits makes the streams wait, and reading on lets them go on', async () => {
  const { stdout, stderr, output } = open();
  const reader = output.chunks[Symbol.asyncIterator]();
  stderr.end();
  const paused = once(stdout, 'pause');
  for (let written = 0; written < MIB; written += 65_536) stdout.write(Buffer.alloc(65_536));
  stdout.end();
  await paused;
  expect(stdout.isPaused()).toBe(true);
  let taken = 0;
  for (let next = await reader.next(); next.done !== true; next = await reader.next()) taken += next.value.bytes.length;
  expect(taken).toBe(MIB);
});

test('what is over the most is counted and not delivered, and said once', async () => {
  const { stdout, stderr, output, exceeded } = open(3);
  stdout.end('ab');
  await once(stdout, 'close');
  stderr.write('cd');
  stderr.end('ef');
  const said: string[] = [];
  for await (const { bytes } of output.chunks) said.push(String(bytes));
  expect(said.join('')).toBe('abc');
  expect(await output.whole).toEqual({ totals: { stdout: 2, stderr: 4 }, truncated: { stdout: false, stderr: true } });
  expect(exceeded()).toBe(1);
});

test('exactly the most is whole', async () => {
  const { stdout, stderr, output, exceeded } = open(3);
  stdout.end('abc');
  stderr.end();
  for await (const { bytes } of output.chunks) expect(String(bytes)).toBe('abc');
  expect((await output.whole).truncated).toEqual({ stdout: false, stderr: false });
  expect(exceeded()).toBe(0);
});

test('without a reader it ends with the streams', async () => {
  const { stdout, stderr, output } = open();
  stdout.end('abc');
  stderr.end();
  expect((await output.whole).totals).toEqual({ stdout: 3, stderr: 0 });
});
