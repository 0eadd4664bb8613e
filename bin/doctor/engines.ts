import { join } from 'node:path';
import type { Config } from '#mesh/config.ts';
import { findMachineParts } from '#subgraphs/sandbox/engines/micro/qemu/parts.ts';
import { openJail } from '#subgraphs/sandbox/jail/jail.ts';
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

/** Engine `micro`: a virtual machine each. What it consists of is looked for; a machine is started by the service alone. */
export const checkMicro = async ({ home }: Config): Promise<Finding> => {
  const found = await findMachineParts(join(home, 'sandbox/micro'));
  if (found.outcome === 'unavailable') return reduced('Engine micro', found.reason, found.mend);
  const { qemu, image } = found;
  return ok('Engine micro', `${qemu.version}, Linux ${image.kernel}; processors are emulated, which is slow`);
};
