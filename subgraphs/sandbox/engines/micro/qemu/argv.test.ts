import { expect, test } from 'vitest';
import { machineArguments } from './argv.ts';

const SHAPE = { memoryMb: 512, tscKhz: 2_250_000 };

test('a copy has the devices of its template, and keeps what it changes to itself', () => {
  const template = machineArguments(SHAPE, 'template');
  const copy = machineArguments(SHAPE, 'copy');
  const common = template.map((argument) => argument.replace('share=on', 'share=off'));
  expect(copy).toEqual([...common, '-incoming', 'defer']);
});

test('a machine has no network, no display and no file of the host by name', () => {
  const line = machineArguments(SHAPE, 'copy').join(' ');
  expect(line).toContain('-nodefaults');
  expect(line).not.toMatch(/-net|-nic|virtio-net|vga|usb/u);
  expect(line.match(/\/[\w/]+/gu)?.filter((path) => !path.startsWith('/proc/self/fd/'))).toEqual([]);
});
