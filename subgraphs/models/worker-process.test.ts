import { expect, test } from 'vitest';
import { describeExit } from './worker-process.ts';

test.each([
  [
    null,
    'SIGABRT',
    '/build/src/llama.cpp:12: GGML_ASSERT(n_head > 0) failed\n',
    'llama.cpp gave up: GGML_ASSERT(n_head > 0) failed',
  ],
  [null, 'SIGKILL', '', 'its worker was killed, perhaps for want of memory'],
  [null, 'SIGSEGV', '', 'its worker ended by SIGSEGV'],
  [1, null, 'Error: internal', 'its worker ended with code 1'],
] as const)('an end by %s %s is explained without a path of the host', (code, signal, output, sentence) => {
  expect(describeExit(code, signal, output)).toBe(sentence);
});

test('a kill is laid to want of memory where the kernel says so', () => {
  expect(describeExit(null, 'SIGKILL', '', 1)).toBe('its worker was killed, since memory ran out');
  expect(describeExit(null, 'SIGKILL', '', 0)).toBe('its worker was killed');
});
