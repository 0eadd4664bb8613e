import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openControlGroups } from './cgroups.ts';
import { createFifoPool } from './fifos.ts';
import { findProgram, readHostLayout, removeLeftState, statePrefix } from './host.ts';
import { reachableFile } from './ids.ts';
import { assembleFilter } from './seccomp.ts';
import { testJail } from './self-test.ts';
import { createParkedJails } from './parked.ts';
import type { JailParts } from './prepare.ts';
import { startProgram, type JailOrder, type Spawned } from './spawn.ts';
import { ARCHITECTURES, NOT_PERMITTED, type Architecture } from './syscalls.ts';

export type { Bind } from './bubblewrap.ts';
export type { JailEnd, JailOrder, JailedProcess, Spawned } from './spawn.ts';
export type { StopReason } from './supervision.ts';

/** Starts programs that see nothing of the host but /usr and what they are given, and reach nobody. */
export interface Jail {
  /** For example `bubblewrap 0.8.0`. */
  readonly driver: string;
  /** Limits that this host cannot hold exactly, each as one sentence. */
  readonly reductions: readonly string[];
  /**
   * Starts a program in a jail of its own. Whoever starts it closes it, after its end:
   * `const spawned = await jail.spawn({ … })`, `await spawned.process.ended`, `await spawned.process.close()`.
   */
  readonly spawn: (order: JailOrder) => Promise<Spawned>;
  /** A path to bind for a file of this service, which may lie where the jails' user cannot reach it. */
  readonly reachable: (path: string) => Promise<string>;
  /** Removes the jails that wait, and what is kept on disk. What runs must have ended. */
  readonly close: () => Promise<void>;
}

export type JailOpening =
  | { readonly outcome: 'open'; readonly jail: Jail }
  | { readonly outcome: 'unavailable'; readonly reason: string; readonly mend: string };

const unavailable = (reason: string, mend: string): JailOpening => ({ outcome: 'unavailable', reason, mend });

const isArchitecture = (name: string): name is Architecture => Object.hasOwn(ARCHITECTURES, name);

const WATCHED =
  'Memory, processes and time are counted every 50 ms and not held by the kernel, since no control group may be used: for a moment a program can take more.';

export interface JailOptions {
  /** Counts by looking, as where no control group may be used. */
  readonly watch?: boolean;
}

/**
 * Opens the jail of this service: finds what it needs, starts one jail and has it examine itself. Where that fails
 * there is none; nothing weaker is ever used instead.
 */
export const openJail = async ({ watch = false }: JailOptions = {}): Promise<JailOpening> => {
  const architecture = process.arch;
  if (process.platform !== 'linux' || !isArchitecture(architecture)) {
    return unavailable('Jails need Linux on x86-64 or arm64.', 'Run the studio on such a host.');
  }
  const [bubblewrap, perl, mkfifo] = ['bwrap', 'perl', 'mkfifo'].map(findProgram);
  if (!bubblewrap) return unavailable('bubblewrap is not installed.', 'Run: apt-get install bubblewrap');
  if (!perl || !mkfifo) return unavailable('perl is not installed.', 'Run: apt-get install perl-base coreutils');

  removeLeftState();
  const state = await mkdtemp(statePrefix());
  // Others may reach what is named to them, and see no list.
  await chmod(state, 0o711);
  const accounting = watch ? null : await openControlGroups();
  const close = async (): Promise<void> => {
    await rm(state, { recursive: true, force: true });
    await accounting?.close();
  };
  try {
    const parts: JailParts = {
      bubblewrap,
      perl,
      init: join(state, 'init.pl'),
      filter: join(state, 'filter.bpf'),
      architecture,
      host: await readHostLayout(join(state, 'etc')),
      fifos: await createFifoPool(join(state, 'fifos')),
      accounting,
    };
    await copyFile(join(import.meta.dirname, 'init.pl'), parts.init);
    await writeFile(parts.filter, assembleFilter(architecture));
    const jails = createParkedJails(parts);
    const spawn = async (order: JailOrder): Promise<Spawned> => {
      const { binds, memoryFolders, stdin, descriptors = [] } = order;
      const shape = { binds, memoryFolders, stdin, descriptors };
      const taken = await jails.take(shape);
      if (taken.outcome === 'failed') return taken;
      const spawned = await startProgram(taken.jail, order, architecture);
      if (spawned.outcome === 'failed' || order.parks !== true) return spawned;
      const { process: program } = spawned;
      const close = async (): Promise<void> => {
        await program.close();
        // Not sooner: it would take time from whoever waits for the result.
        jails.refill(shape);
      };
      return { outcome: 'running', process: { ...program, close } };
    };

    const unshare = NOT_PERMITTED.unshare[ARCHITECTURES[architecture].column];
    const test = await testJail(spawn, { perl, unshare });
    if (test.outcome === 'refused') {
      await close();
      return unavailable(test.reason, test.mend);
    }
    const { stdout } = await promisify(execFile)(bubblewrap, ['--version']);
    return {
      outcome: 'open',
      jail: {
        driver: stdout.trim(),
        reductions: accounting === null ? [WATCHED] : [],
        spawn,
        reachable: (path) => reachableFile(path, state),
        close: async () => {
          await jails.close();
          await close();
        },
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
