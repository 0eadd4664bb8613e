import { closeSync, openSync } from 'node:fs';
import type { Jail, Spawned } from '../../../jail/jail.ts';
import { openAgent } from '../agent.ts';
import type { JobMachine } from '../execution.ts';
import { machineArguments, TRANSLATED_MB, type MachineShape } from './argv.ts';
import { openMonitor, type Monitor } from './qmp.ts';

/** A machine that did not come up. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

/** A virtual machine: QEMU in a jail, with its agent and its monitor. */
export interface Machine extends JobMachine {
  readonly monitor: Monitor;
}

export interface MachineOrder {
  readonly jail: Jail;
  /** Absolute, as it is called in the jail. */
  readonly qemu: string;
  readonly shape: MachineShape;
  readonly files: { readonly kernel: string; readonly initramfs: string; readonly disk: string };
  /** An open descriptor. */
  readonly memory: number;
  readonly role:
    | { readonly kind: 'template'; /** Where its state is sent to, as a folder that it sees. */ readonly state: string }
    | { readonly kind: 'copy'; /** The file with the template's state. */ readonly state: string };
}

const MEBIBYTE = 1024 ** 2;
/** What QEMU takes beside the machine's memory and the code it has translated. */
const OWN_MB = 192;
const MOST_SAID = 2_000;
/** Its threads: the processor's, those that read the disk, its own. */
const PROCESSES = 32;
/** Where a template sees the folder with the socket that takes its state. */
export const STATE_FOLDER = '/state';

/**
 * Starts QEMU in a jail. The machine may still be coming up when this answers.
 * @throws MachineError where there is no jail for it
 */
export const launchMachine = async ({ jail, qemu, shape, files, memory, role }: MachineOrder): Promise<Machine> => {
  const opened = [files.kernel, files.initramfs, files.disk, ...(role.kind === 'copy' ? [role.state] : [])].map(
    (path) => openSync(path, 'r'),
  );
  const [kernel = -1, initramfs = -1, disk = -1, ...state] = opened;
  let spawned: Spawned;
  try {
    spawned = await jail.spawn({
      command: [qemu, ...machineArguments(shape, role.kind)],
      env: {},
      folder: '/',
      binds: role.kind === 'template' ? [{ source: role.state, target: STATE_FOLDER, access: 'read' }] : [],
      memoryFolders: [],
      files: [],
      limits: {
        wallMs: null,
        cpuMs: null,
        memoryBytes: (shape.memoryMb + TRANSLATED_MB + OWN_MB) * MEBIBYTE,
        processes: PROCESSES,
        fileBytes: 0,
      },
      stdin: 'empty',
      descriptors: ['pipe', 'pipe', kernel, initramfs, disk, memory, ...state],
    });
  } finally {
    for (const fd of opened) closeSync(fd);
  }
  if (spawned.outcome === 'failed') throw new MachineError(spawned.reason);
  const { process } = spawned;
  let said = '';
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-MOST_SAID)));
    stream.on('error', () => {});
  }
  const [agent, qmp] = process.pipes;
  if (agent === undefined || qmp === undefined) throw new MachineError('the jail gave no sockets');
  return {
    agent: openAgent(agent),
    monitor: openMonitor(qmp),
    ended: process.ended.then(() => process.close()),
    said: () => said,
    kill: () => process.stop('caller'),
  };
};
