import { describe, expect, test } from 'vitest';
import { readEvents } from './sse.ts';
import { MAX_ANSWER_BYTES } from './transport.ts';

const chunksOf = (...chunks: readonly (string | Uint8Array)[]): AsyncIterator<Uint8Array> => {
  const rest = chunks.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk));
  return {
    next: () => {
      const value = rest.shift();
      return Promise.resolve(value ? { done: false, value } : { done: true, value: undefined });
    },
  };
};

const read = async (...chunks: readonly (string | Uint8Array)[]): Promise<string[]> => {
  const events: string[] = [];
  for await (const event of readEvents(chunksOf(...chunks))) events.push(event);
  return events;
};

const DONE = 'event: complete\ndata:\n\n';

describe('the events of a stream', () => {
  test('are its next events up to complete', async () => {
    expect(
      await read(':\n\n', 'event: next\ndata: {"a":1}\n\nevent: next\ndata: 2\n\n', DONE, 'event: next\ndata: 3\n\n'),
    ).toEqual(['{"a":1}', '2']);
  });

  test('are whole however they are cut', async () => {
    const bytes = new TextEncoder().encode(`event: next\ndata: "grün 🦊"\n\n${DONE}`);
    for (let at = 1; at < bytes.length; at += 1) {
      expect(await read(bytes.slice(0, at), bytes.slice(at))).toEqual(['"grün 🦊"']);
    }
    expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(['"grün 🦊"']);
  });

  test('may end their lines with CR LF, leave out a space and have several lines', async () => {
    expect(await read('event:next\r\ndata:a\r\ndata: b\r\n\r\n', DONE)).toEqual(['a\nb']);
  });

  test('that stop without complete are a broken connection', async () => {
    await expect(read('event: next\ndata: 1\n\n')).rejects.toMatchObject({ kind: 'broken' });
    await expect(read()).rejects.toMatchObject({ kind: 'broken' });
  });

  test('are refused when one is larger than an answer may be, whether it has lines or not', async () => {
    for (const piece of [
      'x'.repeat(1_048_576),
      `data: ${'x'.repeat(1_048_576)}\n`,
      `:${'x'.repeat(1_022)}\n`.repeat(1_024),
    ]) {
      const pieces = Array.from({ length: MAX_ANSWER_BYTES / 524_288 + 1 }, () => piece);
      await expect(read('event: next\ndata: ', ...pieces)).rejects.toMatchObject({ kind: 'too large' });
    }
  });

  test('are read in one go of many small lines that belong to one', async () => {
    const lines = Array.from({ length: 50_000 }, () => 'data: x\n');
    expect((await read('event: next\n', ...lines, '\n', DONE))[0]).toHaveLength(2 * lines.length - 1);
  });

  test('show bytes that are no UTF-8 as such', async () => {
    expect(await read('event: next\ndata: a', Uint8Array.of(0xff, 0xc0), `b\n\n${DONE}`)).toEqual(['a\uFFFD\uFFFDb']);
  });
});
