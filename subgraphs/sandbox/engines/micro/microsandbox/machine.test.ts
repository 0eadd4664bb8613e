import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openAgent } from '../agent.ts';
import { encodeFrame } from '../frames.ts';
import { socketOf } from './machine.ts';
import type { ExecHandle } from './sdk.ts';

/** A process of this host in the shape in which the package hands out those of a machine. */
const handleOf = (command: string, args: readonly string[]): ExecHandle => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    takeStdin: async () => ({
      write: async (data) => {
        if (!child.stdin.write(data)) await once(child.stdin, 'drain');
      },
    }),
    async *[Symbol.asyncIterator]() {
      yield { kind: 'started' } as const;
      for await (const data of child.stdout) yield { kind: 'stdout', data: Buffer.from(data) } as const;
      yield { kind: 'exited', code: 0 } as const;
    },
  };
};

test('an agent is spoken with over the streams of a process, both ways and whole', async () => {
  const socket = await socketOf(handleOf('cat', []), () => {});
  const agent = openAgent(socket);
  const large = Buffer.alloc(500_000, 'x');
  const sending = agent.send('O', large);
  const frame = await agent.next();
  await sending;
  expect(frame?.kind).toBe('O');
  expect(frame?.payload.equals(large)).toBe(true);
  socket.destroy();
});

test('the end of the process is the end of what its agent says', async () => {
  const frames = `process.stdout.write(Buffer.from('${encodeFrame('R').toString('hex')}', 'hex'))`;
  const agent = openAgent(await socketOf(handleOf(process.execPath, ['-e', frames]), () => {}));
  expect((await agent.next())?.kind).toBe('R');
  expect(await agent.next()).toBeNull();
});
