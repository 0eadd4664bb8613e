import { expect, test } from 'vitest';
import { createDecoder, decodeFile, encodeFile, encodeFrame, FrameError } from './frames.ts';

const SENT = [encodeFrame('O', 'héllo'), encodeFrame('D'), encodeFrame('X', Buffer.from([0, 255]))];

test.each([1, 2, 5, 7, 1_000])('frames are found in pieces of %i bytes', (size) => {
  const bytes = Buffer.concat(SENT);
  const decoder = createDecoder(100);
  const frames = [];
  for (let at = 0; at < bytes.length; at += size) frames.push(...decoder.push(bytes.subarray(at, at + size)));
  expect(frames.map(({ kind, payload }) => [kind, payload.toString('latin1')])).toEqual([
    ['O', Buffer.from('héllo').toString('latin1')],
    ['D', ''],
    ['X', '\0ÿ'],
  ]);
});

test('a frame larger than may be ends the talk before it is held', () => {
  const decoder = createDecoder(100);
  expect(() => decoder.push(Buffer.from([0, 0, 0, 101, 65]))).toThrow(FrameError);
});

test('a file keeps its path and its bytes', () => {
  const bytes = Buffer.from([0, 1, 255]);
  expect(decodeFile(encodeFile('dé/a.txt', bytes))).toEqual({ path: 'dé/a.txt', bytes });
});

test('what is no file is none', () => {
  for (const payload of [[], [0], [0, 5, 65]]) expect(decodeFile(Buffer.from(payload))).toBeUndefined();
});
