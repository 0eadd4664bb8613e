import { expect, test } from 'vitest';
import { readResults, type VitestResults } from './vitest.ts';

type File = VitestResults['testResults'][number];
const file = (more: Partial<File>): File => ({
  name: '/project/mesh/x.test.ts',
  status: 'passed',
  message: '',
  assertionResults: [],
  ...more,
});

test('tests are counted over all files, pending ones as skipped', () => {
  const testResults = [
    file({ assertionResults: [{ fullName: 'a', status: 'passed' }] }),
    file({
      assertionResults: [
        { fullName: 'b', status: 'passed' },
        { fullName: 'c', status: 'pending' },
      ],
    }),
  ];
  expect(readResults({ testResults }, '/project')).toEqual({ passed: 2, failed: 0, skipped: 1, report: '' });
});

test('a failure is shown with its file, its sentence and its message', () => {
  const testResults = [
    file({
      status: 'failed',
      assertionResults: [{ fullName: 'adds', status: 'failed', failureMessages: ['expected 3 to be 4'] }],
    }),
  ];
  expect(readResults({ testResults }, '/project')).toMatchObject({
    failed: 1,
    report: '✗ mesh/x.test.ts › adds\n    expected 3 to be 4',
  });
});

test('a file that could not be loaded is one failure', () => {
  const testResults = [file({ status: 'failed', message: 'Cannot find module' })];
  expect(readResults({ testResults }, '/project')).toEqual({
    passed: 0,
    failed: 1,
    skipped: 0,
    report: '✗ mesh/x.test.ts\n    Cannot find module',
  });
});

test('a failed hook counts beside the tests of its file that passed', () => {
  const testResults = [
    file({
      status: 'failed',
      message: 'afterAll threw',
      assertionResults: [{ fullName: 'a', status: 'passed' }],
    }),
  ];
  expect(readResults({ testResults }, '/project')).toMatchObject({ passed: 1, failed: 1 });
});
