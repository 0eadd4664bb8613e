import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import type { Log } from '#mesh/log.ts';
import type { Availability } from '../../engine.ts';
import { planJob } from '../command.ts';
import type { Driver } from '../driver.ts';
import { runInMachine, type JobMachine } from '../execution.ts';
import { readImage } from '../image/record.ts';
import { warm } from '../job.ts';
import { bootSandbox, removeCopies, type SandboxOrder } from './machine.ts';
import { openRoot } from './root.ts';
import { loadSdk, PACKAGE, VERSION } from './sdk.ts';

interface MicrosandboxOptions {
  /** Holds the image. */
  readonly folder: string;
  readonly log: Log;
}

/** What a host says of itself. */
interface Host {
  readonly isRoot: boolean;
  /** Whether this user may open /dev/kvm. */
  readonly mayUseKvm: boolean;
  /** Of its processors. A host may offer /dev/kvm without what it needs. */
  readonly flags: ReadonlySet<string>;
}

type Missing = Extract<Availability, { outcome: 'unavailable' }>;

const missing = (reason: string, mend: string): Missing => ({ outcome: 'unavailable', reason, mend });

/** Decides whether it is worth starting a machine; null where it is. */
export const whyNot = ({ isRoot, mayUseKvm, flags }: Host): Missing | null => {
  if (!flags.has('vmx') && !flags.has('svm')) {
    return missing(
      'The processor offers no virtualisation (vmx or svm).',
      'Turn it on in the firmware, or for the guest.',
    );
  }
  if (!mayUseKvm) return missing('/dev/kvm cannot be opened.', 'Load kvm, and let this user open it (group kvm).');
  // It runs outside of our jail, where root would be root.
  if (isRoot)
    return missing('microsandbox does not run as root.', 'Start the studio as another user of the group kvm.');
  return null;
};

const MEMORY_MB = 512;
const SMOKE_SECONDS = 8;
const SMOKE_LIMIT_MS = 10_000;
/** Beyond what a program may take, for its machine to come up and its files to come back. */
const AROUND_SECONDS = 120;

const mayUseKvm = async (): Promise<boolean> => {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

const readFlags = async (): Promise<ReadonlySet<string>> => {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return new Set(/^flags\s*: (.*)$/mu.exec(text)?.[1]?.split(' '));
};

/** Whether a machine comes up and runs a program, in the time that one may wait for it. */
const smokes = async (order: Omit<SandboxOrder, 'maxSeconds'>): Promise<boolean> => {
  const late = new Promise<'late'>((done) => setTimeout(done, SMOKE_LIMIT_MS, 'late').unref());
  const booting = bootSandbox({ ...order, maxSeconds: SMOKE_SECONDS });
  const end = async (machine: JobMachine): Promise<void> => {
    machine.kill();
    await machine.ended;
  };
  const machine = await Promise.race([booting, late]);
  if (machine === 'late') {
    // Should it come up after all, nobody waits for it any more.
    void booting.then(end, () => {});
    return false;
  }
  try {
    return (await Promise.race([warm(machine.agent, 'python').then(() => 'ran'), late])) === 'ran';
  } finally {
    await end(machine);
  }
};

/**
 * Virtual machines by hardware (KVM), with the package `microsandbox` where an administrator has installed it. Our own
 * agent runs in them, so that limits, files and results are those of every machine.
 */
export const createMicrosandboxDriver = ({ folder, log }: MicrosandboxOptions): Driver => {
  let ready: Omit<SandboxOrder, 'maxSeconds'> | undefined;
  const running = new Set<JobMachine>();

  return {
    name: 'microsandbox',
    slowdown: 1,

    async probe() {
      ready = undefined;
      const host = { isRoot: process.getuid?.() === 0, mayUseKvm: await mayUseKvm(), flags: await readFlags() };
      const why = whyNot(host);
      if (why !== null) return why;
      const sdk = await loadSdk();
      if (sdk === undefined) {
        return missing('microsandbox is not installed.', `Run: npm install --no-save ${PACKAGE}@${VERSION}`);
      }
      const image = await readImage(folder);
      if (image === undefined) {
        return missing('There is no image of the virtual machines.', 'Run: devstudio sandbox build-image');
      }
      await removeCopies(folder);
      const order = { sdk, folder, root: await openRoot(folder, image), memoryMb: MEMORY_MB };
      const isThere = await smokes(order).catch((error: unknown) => {
        log.warn({ error }, 'microsandbox started no machine');
        return false;
      });
      if (!isThere) {
        return missing('microsandbox starts no machine here.', 'Run `npx msb doctor`, and see the log of the sandbox.');
      }
      ready = order;
      return {
        outcome: 'available',
        driver: `${PACKAGE} ${VERSION}`,
        isolation: 'hardware-vm',
        languages: ['python', 'node'],
        reductions: [`A program has at most ${MEMORY_MB} MiB of memory, of which the machine takes some itself.`],
      };
    },

    async start(job) {
      if (ready === undefined) throw new Error('the driver was not probed');
      const plan = planJob(job, MEMORY_MB);
      const maxSeconds = Math.ceil(job.limits.wallMs / 1_000) + AROUND_SECONDS;
      const machine = await bootSandbox({ ...ready, maxSeconds });
      running.add(machine);
      void machine.ended.then(() => running.delete(machine));
      return runInMachine(machine, plan, job, log);
    },

    async stop() {
      const machines = [...running];
      for (const machine of machines) machine.kill();
      await Promise.all(machines.map(({ ended }) => ended));
    },
  };
};
