import { expect, test } from 'vitest';
import { createOutputQueue } from './output.ts';

const chunk = (text: string) => ({ stream: 'stdout', bytes: Buffer.from(text) }) as const;

test('what was pushed before the end is delivered in its order', async () => {
  const queue = createOutputQueue();
  for (const text of ['a', 'b', '', 'c']) await queue.push(chunk(text));
  queue.end();
  const read = [];
  for await (const { bytes } of queue.output) read.push(bytes.toString());
  expect(read).toEqual(['a', 'b', 'c']);
  await queue.delivered;
});

test('who pushes more than may wait goes on once it is read', async () => {
  const queue = createOutputQueue();
  let isTaken = false;
  const pushing = queue.push(chunk('x'.repeat(300_000))).then(() => (isTaken = true));
  await new Promise(setImmediate);
  expect(isTaken).toBe(false);
  for await (const { bytes } of queue.output) {
    expect(bytes.length).toBe(300_000);
    await pushing;
    queue.end();
  }
});

test('an end frees who waits for a reader that does not come', async () => {
  const queue = createOutputQueue();
  const pushing = queue.push(chunk('x'.repeat(300_000)));
  queue.end();
  expect(await Promise.all([pushing, queue.delivered])).toHaveLength(2);
});

test('a reader that turns away holds nobody up', async () => {
  const queue = createOutputQueue();
  await queue.push(chunk('a'));
  for await (const { bytes } of queue.output) {
    expect(bytes.toString()).toBe('a');
    break;
  }
  await queue.push(chunk('x'.repeat(300_000)));
  await queue.delivered;
});
