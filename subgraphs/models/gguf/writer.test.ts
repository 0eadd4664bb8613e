import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readGgufFileInfo } from 'node-llama-cpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ggufBytes, toHalf, writeGguf, type Tensor } from './writer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devstudio-gguf-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What the bits of a half mean. */
const fromHalf = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1_024) * 2 ** (exponent - 15);
};

test('every half survives the way to a number and back', () => {
  const halves = Array.from({ length: 0x10000 }, (_, bits) => bits).filter((bits) => !Number.isNaN(fromHalf(bits)));
  expect(halves.filter((bits) => toHalf(fromHalf(bits)) !== bits)).toEqual([]);
});

test('a number between two halves becomes the nearest, a tie the even one', () => {
  expect(toHalf(1 + 2 ** -11)).toBe(toHalf(1));
  expect(toHalf(1 + 3 * 2 ** -11)).toBe(toHalf(1 + 2 * 2 ** -10));
  expect(toHalf(1 + 2 ** -11 + 2 ** -20)).toBe(toHalf(1 + 2 ** -10));
  expect(toHalf(65_520)).toBe(0x7c00);
  expect(toHalf(65_519)).toBe(0x7bff);
  expect(toHalf(1e-9)).toBe(0);
});

test('what is written is read back by node-llama-cpp', async () => {
  const path = join(folder, 'sample.gguf');
  const matrix: Tensor = { name: 'matrix', shape: [32, 2], type: 'q8_0', data: new Float32Array(64).fill(0.5) };
  const vector: Tensor = { name: 'vector', shape: [3], type: 'f32', data: Float32Array.of(1, 2, 3) };
  await writeGguf(
    path,
    {
      'general.architecture': { type: 'string', value: 'llama' },
      'llama.context_length': { type: 'uint32', value: 512 },
      'llama.epsilon': { type: 'float32', value: 0.25 },
      'sample.flag': { type: 'bool', value: true },
      'sample.texts': { type: 'strings', value: ['a', 'ü🙂'] },
      'sample.numbers': { type: 'int32s', value: [-1, 2] },
    },
    [matrix, vector],
  );
  const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
  expect(info.version).toBe(3);
  expect(info.architectureMetadata).toMatchObject({ context_length: 512, epsilon: 0.25 });
  expect(info.metadata).toMatchObject({ sample: { flag: true, texts: ['a', 'ü🙂'], numbers: [-1, 2] } });
  expect(info.fullTensorInfo?.map(({ name, dimensions, ggmlType }) => ({ name, dimensions, ggmlType }))).toEqual([
    { name: 'matrix', dimensions: [32, 2], ggmlType: 8 },
    { name: 'vector', dimensions: [3], ggmlType: 0 },
  ]);
});

test('every tensor begins at a multiple of 32 bytes, and the file ends at one', () => {
  const vector = (name: string): Tensor => ({ name, shape: [3], type: 'f32', data: new Float32Array(3) });
  const sizes = [...ggufBytes({}, [vector('a'), vector('b')])].map(({ length }) => length);
  const [header = 0, gap = 0, ...tensors] = sizes;
  expect((header + gap) % 32).toBe(0);
  expect(tensors).toEqual([12, 20, 12, 20]);
});

test('q8_0 keeps each weight within half a step of its block', () => {
  const data = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index) * (index < 32 ? 1 : 100));
  const [, , bytes = Buffer.alloc(0)] = ggufBytes({}, [{ name: 'm', shape: [64], type: 'q8_0', data }]);
  data.forEach((weight, index) => {
    const block = Math.floor(index / 32) * 34;
    const scale = fromHalf(bytes.readUInt16LE(block));
    const read = bytes.readInt8(block + 2 + (index % 32)) * scale;
    expect(Math.abs(read - weight)).toBeLessThanOrEqual(scale * 0.6);
  });
});

test('weights that do not fit their shape or type are refused by name', () => {
  const wrong: Tensor = { name: 'short', shape: [4, 4], type: 'f32', data: new Float32Array(15) };
  expect(() => [...ggufBytes({}, [wrong])]).toThrow(/short has 15 weights/);
  const rows: Tensor = { name: 'narrow', shape: [16, 2], type: 'q8_0', data: new Float32Array(32) };
  expect(() => [...ggufBytes({}, [rows])]).toThrow(/narrow/);
});
