import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Log } from '#mesh/log.ts';
import type { Jail } from '../../../jail/jail.ts';
import { hashOf } from '../image/packages.ts';
import type { Image } from '../image/record.ts';
import { machineArguments, type MachineShape } from './argv.ts';
import { isRight, measurePace } from './clock.ts';
import { makeInitramfs } from './initramfs.ts';
import { warm } from '../job.ts';
import { launchMachine, MachineError, STATE_FOLDER, type MachineOrder } from './machine.ts';

/** A machine that was stopped once it was ready: what all others begin as. */
export interface Template {
  readonly shape: MachineShape;
  readonly files: MachineOrder['files'];
  /** The files with its memory and the state of its devices. */
  readonly memory: string;
  readonly state: string;
}

export interface TemplateOptions {
  /** Holds the image and the templates. */
  readonly folder: string;
  readonly image: Image;
  readonly jail: Jail;
  readonly qemu: { readonly path: string; readonly version: string };
  readonly memoryMb: number;
  readonly log: Log;
}

const Shape = z.object({ memoryMb: z.int().positive(), tscKhz: z.int().positive() });

const BOOT_LIMIT_MS = 180_000;
/** The first gives the right speed where the guess was wrong, the second takes it. One more for a busy host. */
const MOST_BOOTS = 3;
const RECORD = 'template.json';

/** A template fits one QEMU, one image, one list of devices, and one speed of the host's clock. */
const keyOf = (options: TemplateOptions, initramfs: Buffer): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        options.image.files,
        createHash('sha256').update(initramfs).digest('hex'),
        options.qemu.version,
        machineArguments({ memoryMb: options.memoryMb, tscKhz: 0 }, 'copy'),
        cpus()[0]?.model,
      ]),
    )
    .digest('hex')
    .slice(0, 16);

const readTemplate = async (folder: string, files: Template['files']): Promise<Template | undefined> => {
  try {
    const shape = Shape.parse(JSON.parse(await readFile(join(folder, RECORD), 'utf8')));
    return { shape, files, memory: join(folder, 'memory'), state: join(folder, 'state') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Takes what one machine sends of its state, over a socket in a folder that it sees. */
const receiveState = async (into: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'devstudio-micro-'));
  await chmod(folder, 0o711);
  const received = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    pipeline(socket, createWriteStream(into)).then(received.resolve, received.reject);
  });
  await new Promise<void>((done) => server.listen(join(folder, 'socket'), done));
  await chmod(join(folder, 'socket'), 0o666);
  return {
    folder,
    received: received.promise,
    close: async (): Promise<void> => {
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

type Boot = { readonly outcome: 'made' } | { readonly outcome: 'wrong pace'; readonly pace: number };

/** Boots a machine, lets it run what every job runs, and keeps it in a folder. */
const boot = async (options: TemplateOptions, template: Template): Promise<Boot> => {
  const memory = await open(template.memory, 'w+', 0o600);
  // QEMU, another user, opens it by its descriptor.
  await memory.chmod(0o666);
  await memory.truncate(template.shape.memoryMb * 1024 ** 2);
  const receiver = await receiveState(template.state);
  const { jail, qemu } = options;
  const role = { kind: 'template', state: receiver.folder } as const;
  const { shape, files } = template;
  try {
    const machine = await launchMachine({ jail, qemu: qemu.path, shape, files, memory: memory.fd, role });
    const limit = setTimeout(machine.kill, BOOT_LIMIT_MS);
    try {
      const ready = await machine.agent.next();
      if (ready?.kind !== 'R') throw new MachineError(`the machine did not come up: ${machine.said()}`);
      await warm(machine.agent, 'python');
      await warm(machine.agent, 'node');
      const pace = await measurePace(machine.agent);
      if (!isRight(pace)) return { outcome: 'wrong pace', pace };
      await machine.monitor.command('stop');
      const capability = { capability: 'x-ignore-shared', state: true };
      await machine.monitor.command('migrate-set-capabilities', { capabilities: [capability] });
      await machine.monitor.command('migrate', { uri: `unix:${STATE_FOLDER}/socket` });
      await Promise.race([
        receiver.received,
        machine.ended.then(() => Promise.reject(new MachineError(machine.said()))),
      ]);
      return { outcome: 'made' };
    } finally {
      clearTimeout(limit);
      machine.kill();
      await machine.ended;
    }
  } finally {
    await receiver.close();
    await memory.close();
  }
};

/** What the kernel says of the host's clock; a guess, which the first boot corrects. */
const guessTscKhz = async (): Promise<number> => {
  const mhz = /^cpu MHz\s*: (\d+(?:\.\d+)?)$/mu.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1];
  return mhz === undefined ? 2_000_000 : Math.round(Number(mhz) * 1_000);
};

/** Removes what no longer fits. */
const removeOthers = async (folder: string, kept: string): Promise<void> => {
  for (const entry of await readdir(folder)) {
    if (/^template-[0-9a-f]{16}$/u.test(entry) && entry !== kept) {
      await rm(join(folder, entry), { recursive: true, force: true });
    }
  }
};

/**
 * The template for this host, made where there is none yet, which takes some seconds.
 * @param again makes it anew
 * @throws MachineError where it cannot be made
 */
export const openTemplate = async (options: TemplateOptions, again = false): Promise<Template> => {
  const { folder, image, memoryMb, log } = options;
  const inImage = (name: string): string => join(folder, image.folder, name);
  const initramfs = await makeInitramfs(image, join(folder, image.folder));
  const name = `template-${keyOf(options, initramfs)}`;
  const target = join(folder, name);
  const filesIn = (at: string) => ({
    kernel: inImage('vmlinuz'),
    disk: inImage('root.squashfs'),
    initramfs: join(at, 'initramfs'),
  });
  const there = again ? undefined : await readTemplate(target, filesIn(target));
  if (there !== undefined) return there;
  for (const file of ['vmlinuz', 'root.squashfs']) {
    if ((await hashOf(inImage(file))) !== image.files[file]) throw new MachineError(`${file} is not that of the image`);
  }
  const startedAt = performance.now();
  await mkdir(folder, { recursive: true });
  const made = await mkdtemp(join(folder, '.template-'));
  try {
    await writeFile(join(made, 'initramfs'), initramfs, { mode: 0o444 });
    let tscKhz = await guessTscKhz();
    for (let boots = 1; ; boots++) {
      const template = {
        shape: { memoryMb, tscKhz },
        files: filesIn(made),
        memory: join(made, 'memory'),
        state: join(made, 'state'),
      };
      const result = await boot(options, template);
      if (result.outcome === 'made') break;
      if (boots === MOST_BOOTS) throw new MachineError(`the machine's clock runs at ${result.pace.toFixed(3)}`);
      tscKhz = Math.round(tscKhz * result.pace);
    }
    for (const file of ['memory', 'state']) await chmod(join(made, file), 0o444);
    await writeFile(join(made, RECORD), JSON.stringify({ memoryMb, tscKhz }));
    await rm(target, { recursive: true, force: true });
    await rename(made, target);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  await removeOthers(folder, name);
  log.info({ ms: Math.round(performance.now() - startedAt) }, 'made the template of the virtual machines');
  const template = await readTemplate(target, filesIn(target));
  if (template === undefined) throw new MachineError('the template is gone');
  return template;
};
