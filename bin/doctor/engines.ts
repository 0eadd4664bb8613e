import { accessSync, constants } from 'node:fs';
import { openJail } from '#subgraphs/sandbox/jail/jail.ts';
import { isOnPath } from '../packages.ts';
import { ok, reduced, type Finding } from './finding.ts';

/** Engine `run`: programs in a jail. One is opened, which examines itself, since a container may forbid what it needs. */
export const checkRun = async (): Promise<Finding> => {
  const opening = await openJail();
  if (opening.outcome === 'unavailable') return reduced('Engine run', opening.reason, opening.mend);
  const { jail } = opening;
  await jail.close();
  return ok('Engine run', [`${jail.driver} makes jails that hold`, ...jail.reductions].join('. '));
};

export const checkWasm = (): Finding => ok('Engine wasm', 'WebAssembly and WASI are part of Node');

/** Engine `micro`: a virtual machine each. */
export const checkMicro = (): Finding => {
  const arm = process.arch === 'arm64';
  const program = arm ? 'qemu-system-aarch64' : 'qemu-system-x86_64';
  if (!isOnPath(program)) {
    return reduced(
      'Engine micro',
      `${program} is not installed`,
      `install the package qemu-system-${arm ? 'arm' : 'x86'}`,
    );
  }
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return ok('Engine micro', `${program} with KVM`);
  } catch {
    return reduced(
      'Engine micro',
      `${program} without KVM: virtual machines are emulated, which is slow`,
      'turn on virtualisation, and let this user open /dev/kvm (group kvm)',
    );
  }
};
