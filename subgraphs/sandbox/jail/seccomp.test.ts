import { describe, expect, test } from 'vitest';
import { assembleFilter } from './seccomp.ts';
import { ARCHITECTURES, NOT_PERMITTED, NOT_THERE, type Architecture } from './syscalls.ts';

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const EAFNOSUPPORT = 0x00050061;

interface Call {
  readonly number: number;
  readonly args?: readonly number[];
  readonly audit?: number;
}

/** Runs the filter as the kernel would. */
const answerTo = (architecture: Architecture, { number, args = [], audit }: Call): number => {
  const filter = assembleFilter(architecture);
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(audit ?? ARCHITECTURES[architecture].audit, 4);
  for (const [index, value] of args.entries()) data.writeBigUInt64LE(BigInt(value), 16 + 8 * index);
  let loaded = 0;
  for (let at = 0; at * 8 < filter.length; at++) {
    const code = filter.readUInt16LE(at * 8);
    const [ifTrue = 0, ifFalse = 0] = [filter[at * 8 + 2], filter[at * 8 + 3]];
    const value = filter.readUInt32LE(at * 8 + 4);
    if (code === 0x20) loaded = data.readUInt32LE(value);
    else if (code === 0x15) at += loaded === value ? ifTrue : ifFalse;
    else if (code === 0x35) at += loaded >= value ? ifTrue : ifFalse;
    else if (code === 0x45) at += (loaded & value) === 0 ? ifFalse : ifTrue;
    else if (code === 0x06) return value;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('ran off the end');
};

const NUMBERS = {
  x64: { read: 0, clone: 56, ioctl: 16, socket: 41, socketpair: 53 },
  arm64: { read: 63, clone: 220, ioctl: 29, socket: 198, socketpair: 199 },
};

describe.each(['x64', 'arm64'] as const)('the filter of %s', (architecture) => {
  const numbers = NUMBERS[architecture];
  const answer = (call: Call): number => answerTo(architecture, call);

  test('lets ordinary calls pass', () => {
    expect(answer({ number: numbers.read })).toBe(ALLOW);
    expect(answer({ number: 10_000 })).toBe(ALLOW);
  });

  test('kills who calls as another architecture, whose numbers mean other calls', () => {
    expect(answer({ number: numbers.read, audit: 0x40000003 })).toBe(KILL);
  });

  test('knows no call of x32', () => expect(answer({ number: 0x40000000 + 520 })).toBe(ENOSYS));

  test('refuses each call of its lists', () => {
    const { column } = ARCHITECTURES[architecture];
    const known = (list: Readonly<Record<string, readonly [number, number]>>): readonly number[] =>
      Object.values(list)
        .map((call) => call[column])
        .filter((number) => number >= 0);
    expect(new Set(known(NOT_PERMITTED).map((number) => answer({ number })))).toEqual(new Set([EPERM]));
    expect(new Set(known(NOT_THERE).map((number) => answer({ number })))).toEqual(new Set([ENOSYS]));
  });

  test('lets processes and threads be made, and no namespaces with them', () => {
    expect(answer({ number: numbers.clone, args: [0x11] })).toBe(ALLOW);
    expect(answer({ number: numbers.clone, args: [0x3d0f00] })).toBe(ALLOW);
    for (const flag of [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000]) {
      expect(answer({ number: numbers.clone, args: [flag | 0x11] })).toBe(EPERM);
    }
  });

  test('lets terminals be asked, and not be typed into', () => {
    expect(answer({ number: numbers.ioctl, args: [0, 0x5413] })).toBe(ALLOW);
    expect(answer({ number: numbers.ioctl, args: [0, 0x5412] })).toBe(EPERM);
    expect(answer({ number: numbers.ioctl, args: [0, 0x541c] })).toBe(EPERM);
    // The kernel looks at the low half only, and so does the filter.
    expect(answer({ number: numbers.ioctl, args: [0, 0x1_0000_5412] })).toBe(EPERM);
  });

  test.each(['socket', 'socketpair'] as const)('lets %s have three families, and no other', (name) => {
    for (const family of [1, 2, 10]) expect(answer({ number: numbers[name], args: [family] })).toBe(ALLOW);
    for (const family of [0, 16, 17, 31, 38, 40]) {
      expect(answer({ number: numbers[name], args: [family] })).toBe(EAFNOSUPPORT);
    }
  });
});
