import { expect, test } from 'vitest';
import { createMailbox } from './mailbox.ts';

const never = new AbortController().signal;

test('messages are taken in the order they were put, before and after someone waits', async () => {
  const mailbox = createMailbox<number>();
  mailbox.put(1);
  mailbox.put(2);
  expect(await mailbox.take(never)).toBe(1);
  expect(await mailbox.take(never)).toBe(2);
  const third = mailbox.take(never);
  mailbox.put(3);
  expect(await third).toBe(3);
});

test('what was put before a failure is still taken', async () => {
  const mailbox = createMailbox<number>();
  mailbox.put(1);
  mailbox.fail(new Error('crashed'));
  expect(await mailbox.take(never)).toBe(1);
  await expect(mailbox.take(never)).rejects.toThrow('crashed');
  await expect(mailbox.take(never)).rejects.toThrow('crashed');
});

test('an abort ends the waiting at once and takes nothing', async () => {
  const mailbox = createMailbox<number>();
  const controller = new AbortController();
  const waiting = mailbox.take(controller.signal);
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  mailbox.put(1);
  expect(await mailbox.take(never)).toBe(1);
});
