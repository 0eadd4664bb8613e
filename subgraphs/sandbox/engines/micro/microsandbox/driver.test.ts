import { expect, test } from 'vitest';
import { whyNot } from './driver.ts';

const HOST = { isRoot: false, mayUseKvm: true, flags: new Set(['fpu', 'svm']) };

test('a host with KVM, for a user who is not root, is worth a try', () => {
  expect(whyNot(HOST)).toBeNull();
  expect(whyNot({ ...HOST, flags: new Set(['vmx']) })).toBeNull();
});

test.each([
  [{ flags: new Set(['fpu']) }, 'The processor offers no virtualisation (vmx or svm).'],
  [{ mayUseKvm: false }, '/dev/kvm cannot be opened.'],
  [{ isRoot: true }, 'microsandbox does not run as root.'],
])('a host with %j is not: %s', (part, reason) => {
  expect(whyNot({ ...HOST, ...part })).toMatchObject({ outcome: 'unavailable', reason });
});
