import { expect, test } from 'vitest';
import type { Job } from '../engine.ts';
import { planJob } from './command.ts';

const MEBIBYTE = 1024 ** 2;
const JOB: Job = {
  id: '00000000-0000-4000-8000-000000000000',
  program: { kind: 'script', language: 'python', path: 'main.py' },
  args: ['-x', 'b c'],
  stdin: new Uint8Array(),
  env: { HOME: '/tmp', A: 'b' },
  files: [],
  limits: { wallMs: 1, cpuMs: 2, memoryBytes: 64 * MEBIBYTE, processes: 4, outputBytes: 5, diskBytes: 6 },
  collect: [],
  terminal: null,
};

test('a script runs with its arguments, its variables over those of the machine', () => {
  const { language, job } = planJob(JOB, 512);
  expect(language).toBe('python');
  expect(job.argv).toEqual(['/usr/bin/python3', 'main.py', '-x', 'b c']);
  expect(job.env).toMatchObject({ HOME: '/tmp', A: 'b', PATH: '/usr/bin:/bin' });
  expect(job.limits).toEqual({ cpuMs: 2, memoryBytes: 64 * MEBIBYTE, processes: 4, diskBytes: 6 });
});

test('a program has no more memory than its machine can spare', () => {
  const limits = { ...JOB.limits, memoryBytes: 4_096 * MEBIBYTE };
  expect(planJob({ ...JOB, limits }, 512).job.limits.memoryBytes).toBe(400 * MEBIBYTE);
});

test('a file whose name begins with a dash is no option', () => {
  const program = { kind: 'script', language: 'python', path: '-c.py' } as const;
  expect(planJob({ ...JOB, program }, 512).job.argv[1]).toBe('./-c.py');
});

test.each([
  [{ program: { kind: 'module', path: 'a.wasm', invoke: null } }, 'WebAssembly'],
  [{ program: { kind: 'script', language: 'bash', path: 'a.sh' } }, 'python and node'],
  [{ program: { kind: 'shell', language: 'python' } }, 'terminal'],
  [{ args: ['a\0'] }, 'NUL'],
  [{ env: { 'A=B': '' } }, 'variable'],
  [{ files: [{ path: '../a', bytes: new Uint8Array() }] }, 'path'],
] as const)('%j is refused', (part, word) => {
  expect(() => planJob({ ...JOB, ...part }, 512)).toThrow(word);
});
