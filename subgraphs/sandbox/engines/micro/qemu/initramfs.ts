import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moduleOrder } from '../image/modules.ts';
import { newcArchive, type Entry } from '../image/newc.ts';
import type { Image } from '../image/record.ts';

/** The devices that a machine has, and its disk. */
const MODULES = ['virtio_mmio', 'virtio_blk', 'virtio_console', 'squashfs'];
const GUEST = join(import.meta.dirname, '../guest');

/**
 * Makes the file system that a machine begins in. It holds the agent, so that the host always speaks with an agent of
 * its own version, whatever the age of the image.
 * @param folder of the image's files
 */
export const makeInitramfs = async (image: Image, folder: string): Promise<Buffer> => {
  const names = Object.keys(image.files).filter((name) => name.endsWith('.ko'));
  const modules = new Map<string, Uint8Array>();
  for (const name of names) modules.set(name.slice(0, -'.ko'.length), await readFile(join(folder, name)));
  const order = moduleOrder(MODULES, modules);
  const file = (path: string, mode: number, bytes: Uint8Array): Entry => ({ kind: 'file', path, mode, bytes });
  return newcArchive([
    ...['bin', 'dev', 'proc', 'root', 'modules'].map((path): Entry => ({ kind: 'folder', path, mode: 0o755 })),
    file('bin/busybox', 0o755, await readFile(join(folder, 'busybox'))),
    file('init', 0o755, await readFile(join(GUEST, 'init.sh'))),
    file('agent.py', 0o644, await readFile(join(GUEST, 'agent.py'))),
    file('modules/order', 0o644, Buffer.from(order.map((name) => `${name}.ko\n`).join(''))),
    ...order.map((name) => file(`modules/${name}.ko`, 0o644, modules.get(name) ?? new Uint8Array())),
  ]);
};
