import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { isOnPath } from '../packages.ts';
import { ok, reduced, type Finding } from './finding.ts';

/** Engine `run`: programs in a bubblewrap jail. Tried, since a container may forbid what it needs. */
export const checkRun = (): Finding => {
  if (!isOnPath('bwrap')) return reduced('Engine run', 'bubblewrap is not installed', 'install the package bubblewrap');
  const jail = ['--ro-bind', '/', '/', '--unshare-all', '--die-with-parent', 'true'];
  const { status, stderr } = spawnSync('bwrap', jail, { encoding: 'utf8', timeout: 5_000 });
  return status === 0
    ? ok('Engine run', 'bubblewrap makes jails')
    : reduced(
        'Engine run',
        `bubblewrap makes no jail (${(stderr ?? '').trim().split('\n')[0] ?? ''})`,
        'let this user make user namespaces, see Namespaces',
      );
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
