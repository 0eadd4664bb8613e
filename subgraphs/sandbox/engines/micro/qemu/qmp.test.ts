import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { openMonitor } from './qmp.ts';

test('a monitor whose machine is killed fails what waits and what comes after, and ends nobody else', async () => {
  const socket = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() });
  const monitor = openMonitor(socket);
  const waiting = monitor.command('stop');
  socket.destroy(new Error('read ECONNRESET'));
  await expect(waiting).rejects.toThrow('ECONNRESET');
  await expect(monitor.command('cont')).rejects.toThrow('ECONNRESET');
});
