import { describe, expect, test } from 'vitest';
import { inBatches } from './batches.ts';
import { readChunk } from './chunk.ts';
import { AnswerTooLong, eventsOf } from './events.ts';

const all = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
};
const chunksOf = async function* (...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
};

describe('server-sent events', () => {
  test('are read however they are cut, ended and spaced', async () => {
    const text = ': c\r\ndata: é1\r\n\r\nevent: x\ndata:2\ndata: 3\n\n\rdata:  4\r\rid: 9\n\ndata: 5';
    const expected = ['é1', '2\n3', ' 4', '5'];
    expect(await all(eventsOf(chunksOf(text), 1_000))).toEqual(expected);
    const bytes = Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte));
    const each = (async function* () {
      yield* bytes;
    })();
    expect(await all(eventsOf(each, 1_000))).toEqual(expected);
  });

  test('are bounded, in all and each', async () => {
    await expect(all(eventsOf(chunksOf('data: 1\n\n'.repeat(20)), 100))).rejects.toThrow(AnswerTooLong);
    await expect(all(eventsOf(chunksOf('x'.repeat(1_048_577)), 9e9))).rejects.toThrow(AnswerTooLong);
    await expect(all(eventsOf(chunksOf(`data: ${'x'.repeat(9_999)}\n`.repeat(110)), 9e9))).rejects.toThrow(
      AnswerTooLong,
    );
  });
});

describe('batches', () => {
  const numbers = async function* (count: number): AsyncGenerator<number> {
    for (let number = 0; number < count; number += 1) yield number;
  };

  test('the first item comes alone, the others as many together as may', async () => {
    expect(await all(inBatches(numbers(8), 3, 10_000))).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]]);
    expect(await all(inBatches(numbers(0), 3, 10_000))).toEqual([]);
  });

  test('what has come is not held up by what has not', async () => {
    const held = Promise.withResolvers<void>();
    const source = (async function* () {
      yield 1;
      yield 2;
      await held.promise;
      yield 3;
    })();
    const batches = inBatches(source, 8, 1);
    expect((await batches.next()).value).toEqual([1]);
    expect((await batches.next()).value).toEqual([2]);
    held.resolve();
    expect((await batches.next()).value).toEqual([3]);
  });

  test('a failure comes after what came before it, and leaving waits for nothing', async () => {
    const failing = (async function* () {
      yield 1;
      yield 2;
      throw new Error('over');
    })();
    const batches = inBatches(failing, 8, 10_000);
    expect((await batches.next()).value).toEqual([1]);
    expect((await batches.next()).value).toEqual([2]);
    await expect(batches.next()).rejects.toThrow('over');
    const never = (async function* () {
      yield 1;
      await new Promise(() => {});
    })();
    const left = inBatches(never, 8, 1);
    await left.next();
    expect(await left.return()).toMatchObject({ done: true });
  });
});

describe('a chunk', () => {
  test.each([['{'], ['null'], ['[]'], ['"x"'], ['{"choices":5}'], ['{"choices":[5]}'], ['']])(
    '%s is garbage',
    (text) => {
      expect(readChunk(text)).toEqual({ kind: 'garbage' });
    },
  );

  test('of thoughts alone counts, and has no text', () => {
    const chunk = readChunk('{"choices":[{"delta":{"reasoning_content":"hm"}}]}');
    expect(chunk).toMatchObject({ kind: 'piece', text: '', written: true });
  });

  test.each([
    ['{"error":"full"}', 'full'],
    ['{"error":{"message":"full","code":503}}', 'full'],
    ['{"error":{"message":5}}', ''],
  ])('%s tells of a problem', (text, message) => {
    expect(readChunk(text)).toMatchObject({ kind: 'problem', problem: { message } });
  });
});
