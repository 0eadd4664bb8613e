import {
  ARCHITECTURES,
  CLONE,
  IOCTL,
  NOT_PERMITTED,
  NOT_THERE,
  SOCKET,
  SOCKETPAIR,
  type Architecture,
} from './syscalls.ts';

/* Classic BPF, as linux/filter.h and linux/seccomp.h name it. */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const refuseWith = (errno: number): number => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/* Offsets in struct seccomp_data. Of an argument the low half is read; both processors are little-endian. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const argument = (index: number): number => 16 + 8 * index;

/** Set in the numbers of the x32 calls of x86-64, which the list does not name. */
const X32 = 0x40000000;
/** CLONE_NEWTIME | CLONE_NEWNS | CLONE_NEWCGROUP | …UTS | …IPC | …USER | …PID | …NET */
const NEW_NAMESPACES = 0x7e020080;
/** They type into the terminal of somebody else. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** AF_UNIX, AF_INET, AF_INET6. Others are not namespaced (AF_VSOCK), or reach much of the kernel. */
const FAMILIES = [1, 2, 10];

type Instruction = readonly [code: number, value: number, ifTrue: number, ifFalse: number];

const load = (offset: number): Instruction => [LOAD, offset, 0, 0];
const answer = (value: number): Instruction => [RETURN, value, 0, 0];
/** Skips so many instructions when the loaded word equals the value, or when it does not. */
const skipIf = (value: number, count: number): Instruction => [JUMP_EQUAL, value, count, 0];
const skipUnless = (value: number, count: number): Instruction => [JUMP_EQUAL, value, 0, count];

/** What to do with a call: the instructions run when its number is met, and end in an answer. */
const onCall = (number: number, instructions: readonly Instruction[]): readonly Instruction[] =>
  number < 0 ? [] : [skipUnless(number, instructions.length), ...instructions];

const encode = (program: readonly Instruction[]): Buffer => {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, value, ifTrue, ifFalse]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
};

/**
 * Assembles the filter of system calls that every process of a jail carries: an array of `struct sock_filter`, as
 * `bwrap --seccomp` reads it. A call of another architecture kills the process, since its numbers mean other calls.
 */
export const assembleFilter = (architecture: Architecture): Buffer => {
  const { audit, column } = ARCHITECTURES[architecture];
  const family: readonly Instruction[] = [
    load(argument(0)),
    ...FAMILIES.map((allowed, index) => skipIf(allowed, FAMILIES.length - index)),
    answer(refuseWith(EAFNOSUPPORT)),
    answer(ALLOW),
  ];
  return encode([
    load(ARCHITECTURE),
    skipIf(audit, 1),
    answer(KILL_PROCESS),
    load(NUMBER),
    [JUMP_AT_LEAST, X32, 0, 1],
    answer(refuseWith(ENOSYS)),
    ...Object.values(NOT_THERE).flatMap((numbers) => onCall(numbers[column], [answer(refuseWith(ENOSYS))])),
    ...Object.values(NOT_PERMITTED).flatMap((numbers) => onCall(numbers[column], [answer(refuseWith(EPERM))])),
    ...onCall(CLONE[column], [
      load(argument(0)),
      [JUMP_ANY_BIT, NEW_NAMESPACES, 0, 1],
      answer(refuseWith(EPERM)),
      answer(ALLOW),
    ]),
    ...onCall(IOCTL[column], [
      load(argument(1)),
      skipIf(TIOCSTI, 1),
      skipUnless(TIOCLINUX, 1),
      answer(refuseWith(EPERM)),
      answer(ALLOW),
    ]),
    ...onCall(SOCKET[column], family),
    ...onCall(SOCKETPAIR[column], family),
    answer(ALLOW),
  ]);
};
