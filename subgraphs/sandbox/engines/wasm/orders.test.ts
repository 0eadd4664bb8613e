import { describe, expect, test } from 'vitest';
import type { Job } from '../engine.ts';
import { assign } from './orders.ts';

const job = (more: Partial<Job>): Job => ({
  id: 'x',
  program: { kind: 'script', language: 'python', path: 'main.py' },
  args: [],
  stdin: new Uint8Array(),
  env: {},
  files: [{ path: 'main.py', bytes: Buffer.from('print()') }],
  limits: { wallMs: 1, cpuMs: 1, memoryBytes: 1_000_000, processes: 1, outputBytes: 1, diskBytes: 1 },
  collect: [],
  terminal: null,
  ...more,
});

describe('what a host is told to do', () => {
  test('a script goes to a host of its language, with whole pages of memory', () => {
    const { flavour, order, marker } = assign(job({ collect: ['*'] }));
    expect(flavour).toBe('python');
    expect(order).toMatchObject({ kind: 'script', path: 'main.py', mostPages: 15, keepsFiles: true });
    expect(marker).toHaveLength(32);
    expect(assign(job({})).marker).not.toEqual(marker);
  });

  test('a module is a command, or one call', () => {
    const files = [{ path: 'a.wasm', bytes: Buffer.from('\0asm') }];
    const command = assign(job({ files, program: { kind: 'module', path: 'a.wasm', invoke: null } }));
    expect(command).toMatchObject({ flavour: 'module', order: { kind: 'command', name: 'a.wasm', keepsFiles: false } });
    const invoke = { function: 'add', args: [1, '2'] };
    const call = assign(job({ files, program: { kind: 'module', path: 'a.wasm', invoke } }));
    expect(call.order).toMatchObject({ kind: 'invoke', function: 'add', args: [1, '2'] });
  });

  test('memory is never more than 32-bit addresses reach', () => {
    const limits = { ...job({}).limits, memoryBytes: 2 ** 40 };
    expect(assign(job({ limits })).order.mostPages).toBe(65_536);
  });
});

test.for<[string, Partial<Job>, string]>([
  ['a terminal', { terminal: { columns: 80, rows: 24 } }, 'BAD_USER_INPUT'],
  ['a shell', { program: { kind: 'shell', language: 'python' } }, 'BAD_USER_INPUT'],
  ['another language', { program: { kind: 'script', language: 'bash', path: 'main.py' } }, 'BAD_USER_INPUT'],
  ['a program that is not among the files', { files: [] }, 'BAD_USER_INPUT'],
  ['a NUL in an argument', { args: ['a\0b'] }, 'BAD_USER_INPUT'],
  ['a NUL in a variable', { env: { A: '\0' } }, 'BAD_USER_INPUT'],
  ['a path out of the folder', { files: [{ path: '../a', bytes: Buffer.alloc(0) }] }, 'PATH_REFUSED'],
])('%s is refused', ([, more, code]) => {
  expect(() => assign(job(more))).toThrow(expect.objectContaining({ code }));
});
