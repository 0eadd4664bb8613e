import { expect, test } from 'vitest';
import { moduleOrder } from './modules.ts';

const needing = (list: string): Uint8Array => Buffer.from(`\x7fELF\0license=GPL\0depends=${list}\0retpoline=Y\0`);

const MODULES = new Map([
  ['virtio_blk', needing('virtio,virtio_ring')],
  ['virtio', needing('virtio_ring')],
  ['virtio_ring', needing('')],
  ['overlay', needing('')],
]);

test('a module comes after those that it needs, each once', () => {
  expect(moduleOrder(['virtio_blk', 'virtio'], MODULES)).toEqual(['virtio_ring', 'virtio', 'virtio_blk']);
});

test('what is part of the kernel is no module to load', () => {
  expect(moduleOrder(['squashfs', 'virtio_ring'], MODULES)).toEqual(['virtio_ring']);
});
