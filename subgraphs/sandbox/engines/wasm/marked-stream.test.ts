import { PassThrough, type Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { readToMarker } from './marked-stream.ts';

const marker = Buffer.from('MARKER');

const sourceOf = (...chunks: readonly string[]): PassThrough => {
  const source = new PassThrough();
  for (const chunk of chunks) source.write(chunk);
  return source;
};

test('a stream is read up to its marker, wherever it is cut', async () => {
  const whole = 'before MARK and MAMARKER';
  for (let at = 0; at <= whole.length; at++) {
    expect(await text(readToMarker(sourceOf(whole.slice(0, at), whole.slice(at)), marker))).toBe('before MARK and MA');
  }
});

test('what could be the beginning of the marker is kept back no longer than it could', async () => {
  const source = sourceOf('MARK');
  const part = readToMarker(source, marker);
  const seen: string[] = [];
  part.on('data', (bytes: Buffer) => seen.push(String(bytes)));
  source.write('ET MAR');
  await expect.poll(() => seen.join('')).toBe('MARKET ');
  source.write('KER');
  await expect.poll(() => part.readableEnded).toBe(true);
});

test('the stream serves one reader after the other', async () => {
  const source = sourceOf('oneMARKER');
  expect(await text(readToMarker(source, marker))).toBe('one');
  const second = readToMarker(source, Buffer.from('OTHER'));
  source.write('MARKER is only text nowOTHER');
  expect(await text(second)).toBe('MARKER is only text now');
});

test('a stream that ends without its marker is read to its end', async () => {
  const source = sourceOf('half MAR');
  source.end();
  expect(await text(readToMarker(source, marker))).toBe('half MAR');
  const over: Readable = sourceOf();
  over.destroy();
  expect(await text(readToMarker(over, marker))).toBe('');
});

test('a reader that waits has the stream wait', async () => {
  const source = new PassThrough({ highWaterMark: 1024 });
  const part = readToMarker(source, marker);
  let accepted = 0;
  while (accepted < 10_000_000 && source.write(Buffer.alloc(1024))) {
    accepted += 1024;
    await new Promise((done) => setImmediate(done));
  }
  expect(accepted).toBeLessThan(1_000_000);
  source.end(marker);
  let read = 0;
  for await (const bytes of part) read += Buffer.from(bytes).length;
  expect(read).toBeGreaterThanOrEqual(accepted);
});
