import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DESCRIPTORS } from './argv.ts';
import { launchMachine, MachineError, type Machine, type MachineOrder } from './machine.ts';

const Status = z.object({ status: z.string() });
const POLL_MS = 2;
const LIMIT_MS = 30_000;

/**
 * Starts a machine as a copy of a template.
 * @throws MachineError where it does not begin to run
 */
export const restoreMachine = async (order: MachineOrder): Promise<Machine> => {
  const machine = await launchMachine(order);
  const limit = setTimeout(machine.kill, LIMIT_MS);
  try {
    const { command } = machine.monitor;
    await command('migrate-set-capabilities', { capabilities: [{ capability: 'x-ignore-shared', state: true }] });
    await command('migrate-incoming', { uri: `fd:${DESCRIPTORS.state}` });
    for (;;) {
      const { status } = Status.parse(await command('query-status'));
      if (status === 'running') return machine;
      if (status === 'paused') await command('cont');
      else await sleep(POLL_MS);
    }
  } catch (error) {
    machine.kill();
    await machine.ended;
    throw new MachineError(`the machine did not come back: ${machine.said()}`, { cause: error });
  } finally {
    clearTimeout(limit);
  }
};
