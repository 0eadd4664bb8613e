import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Duplex, Readable } from 'node:stream';
import { openAgent } from '../agent.ts';
import type { JobMachine } from '../execution.ts';
import { runProgram } from '../image/program.ts';
import type { ExecHandle, Sandbox, Sdk } from './sdk.ts';

/** A machine that did not come up. */
class SandboxError extends Error {
  override readonly name = 'SandboxError';
}

export interface SandboxOrder {
  readonly sdk: Sdk;
  /** The root file system, with the agent; each machine has a copy of its own. */
  readonly root: string;
  /** Where the copy goes. */
  readonly folder: string;
  readonly memoryMb: number;
  /** After which the machine ends itself, in seconds: what ends it when this service was killed. */
  readonly maxSeconds: number;
}

const MOST_SAID = 2_000;
const COPY = '.machine-';

const boot = ({ sdk, memoryMb, maxSeconds }: SandboxOrder, root: string): Promise<Sandbox> =>
  sdk.Sandbox.builder(`devstudio-${randomUUID()}`)
    .image(root)
    .cpus(1)
    .memory(memoryMb)
    .disableNetwork()
    .ephemeral(true)
    .maxDuration(maxSeconds)
    .deploymentProfile('multi-tenant')
    .create();

/** The agent's streams as one. */
export const socketOf = async (handle: ExecHandle, onSaid: (text: string) => void): Promise<Duplex> => {
  const stdin = await handle.takeStdin();
  if (stdin === null) throw new SandboxError('the agent has no stdin');
  const send = (chunk: Buffer): Promise<void> => stdin.write(chunk);
  async function* stdout(): AsyncGenerator<Uint8Array> {
    for await (const event of handle) {
      if (event.kind === 'stdout') yield event.data;
      else if (event.kind === 'stderr') onSaid(Buffer.from(event.data).toString());
      else if (event.kind === 'exited') return;
    }
  }
  async function write(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) await send(chunk);
  }
  return Duplex.from({ readable: Readable.from(stdout()), writable: write });
};

/**
 * Boots a machine and starts our agent in it, so that a job runs, is limited and is told of as in every other.
 * @throws SandboxError, or what the package throws, where it does not come up
 */
export const bootSandbox = async (order: SandboxOrder): Promise<JobMachine> => {
  // The machine may write to it: with one for all, whoever became root in a machine would be it in those after it.
  const copy = await mkdtemp(join(order.folder, COPY));
  const remove = (): Promise<void> => rm(copy, { recursive: true, force: true });
  let sandbox: Sandbox;
  try {
    await runProgram('cp', ['-a', '--reflink=auto', `${order.root}/.`, copy]);
    sandbox = await boot(order, copy);
  } catch (error) {
    await remove();
    throw error;
  }
  const killed = Promise.withResolvers<void>();
  const kill = (): void => {
    // Whatever it says to that: the machine ends itself after its time.
    sandbox.kill().then(killed.resolve, () => killed.resolve());
  };
  const ended = killed.promise.then(remove, remove);
  let said = '';
  try {
    const handle = await sandbox.execStreamWith('/usr/bin/python3', (options) =>
      options.args(['-I', '-S', '/agent.py', '--streams']).user('root').stdinPipe(),
    );
    const socket = await socketOf(handle, (text) => (said = (said + text).slice(-MOST_SAID)));
    void ended.then(() => socket.destroy());
    const agent = openAgent(socket);
    const ready = await agent.next();
    if (ready?.kind !== 'R') throw new SandboxError(`the agent does not answer: ${said}`);
    return { agent, ended, said: () => said, kill };
  } catch (error) {
    kill();
    await ended;
    throw error;
  }
};

/** Removes what machines left whose service was killed. */
export const removeCopies = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder)) {
    if (entry.startsWith(COPY)) await rm(join(folder, entry), { recursive: true, force: true });
  }
};
