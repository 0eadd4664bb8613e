/** The descriptors that a machine inherits. All it reads comes through them, so that it needs no folder of ours. */
export const DESCRIPTORS = { agent: 3, qmp: 4, kernel: 5, initramfs: 6, disk: 7, memory: 8, state: 9 } as const;

/** The kernel's name of a file that the machine has open. */
const open = (descriptor: number): string => `/proc/self/fd/${descriptor}`;

export interface MachineShape {
  readonly memoryMb: number;
  /** The speed of this host's time stamp counter, which such a machine cannot measure reliably. */
  readonly tscKhz: number;
}

const MEBIBYTE = 1024 ** 2;
/** What QEMU keeps of the code that it has translated. */
export const TRANSLATED_MB = 96;

/**
 * The arguments that a machine is made with. Those of a template and of its copies are the same but for how they use
 * the memory and where they begin: another device, and the state would not fit any more.
 */
export const machineArguments = (shape: MachineShape, role: 'template' | 'copy'): readonly string[] => [
  '-machine',
  'microvm,memory-backend=ram',
  '-accel',
  `tcg,tb-size=${TRANSLATED_MB}`,
  '-cpu',
  'max',
  '-smp',
  '1',
  '-m',
  `size=${shape.memoryMb}M`,
  '-object',
  // A copy keeps what it changes to itself; the template's memory is what all of them begin with.
  `memory-backend-file,id=ram,size=${shape.memoryMb * MEBIBYTE},mem-path=${open(DESCRIPTORS.memory)},share=${role === 'template' ? 'on' : 'off'}`,
  '-kernel',
  open(DESCRIPTORS.kernel),
  '-initrd',
  open(DESCRIPTORS.initramfs),
  '-append',
  `console=ttyS0 quiet reboot=t panic=-1 tsc=reliable tsc_early_khz=${shape.tscKhz}`,
  '-nodefaults',
  '-no-user-config',
  '-display',
  'none',
  '-no-reboot',
  // The machine's own messages, which end in the error of a machine that does not come up.
  '-chardev',
  'stdio,id=console,signal=off',
  '-serial',
  'chardev:console',
  '-drive',
  `file=${open(DESCRIPTORS.disk)},format=raw,if=none,id=root,readonly=on,file.locking=off`,
  '-device',
  'virtio-blk-device,drive=root',
  '-device',
  'virtio-serial-device',
  '-chardev',
  `socket,id=agent,fd=${DESCRIPTORS.agent}`,
  '-device',
  'virtserialport,chardev=agent,name=agent,nr=1',
  '-chardev',
  `socket,id=qmp,fd=${DESCRIPTORS.qmp}`,
  '-mon',
  'chardev=qmp,mode=control',
  '-sandbox',
  'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
  ...(role === 'copy' ? ['-incoming', 'defer'] : []),
];
