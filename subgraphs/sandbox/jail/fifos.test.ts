import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test } from 'vitest';
import { createFifoPool } from './fifos.ts';

const folder = mkdtempSync(join(tmpdir(), 'fifos-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MANY = 20;

test('whoever holds on to a pipe that this service has closed meets no other program in it', async () => {
  const pool = await createFifoPool(join(folder, 'input'));
  const first = await pool.writable();
  // As a program does that opens its input once more, and goes on after its end.
  const held = openSync(`/proc/self/fd/${first.fd}`, constants.O_RDONLY | constants.O_NONBLOCK);
  closeSync(first.fd);
  first.stream.end('for the first');
  await once(first.stream, 'close');
  const buffer = Buffer.alloc(64);
  expect(buffer.toString('utf8', 0, readSync(held, buffer))).toBe('for the first');
  for (let index = 0; index < MANY; index++) {
    const other = await pool.writable();
    await new Promise((done) => void other.stream.write('for another', done));
    expect(readSync(held, buffer)).toBe(0);
    closeSync(other.fd);
    other.stream.destroy();
    await once(other.stream, 'close');
  }
  closeSync(held);
});

test('what a program writes is read, also when it opens its output once more', async () => {
  const pool = await createFifoPool(join(folder, 'output'));
  const { fd, stream } = await pool.readable();
  const again = openSync(`/proc/self/fd/${fd}`, 'w');
  writeSync(again, 'said');
  closeSync(again);
  closeSync(fd);
  expect(await text(stream)).toBe('said');
});
