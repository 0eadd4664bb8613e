import { readArguments } from './arguments.ts';
import type { Run } from './command.ts';
import { prepareMachines } from './machines.ts';
import { providePackages } from './packages.ts';
import { adminLines, readyBlock, type NewAdmin } from './ready-block.ts';
import { bringUp } from './supervisor/bring-up.ts';
import { STOP_LIMIT_MS } from './supervisor/limits.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** From here on everything has to end within the limit. Children see the closed channel, PostgreSQL our death. */
const endWithin = (limitMs: number): void => {
  setTimeout(() => process.exit(1), limitMs).unref();
};

/** Aborts at the first signal. */
const stopOnSignal = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) return;
      endWithin(STOP_LIMIT_MS);
      controller.abort(signal);
    });
  }
  return controller.signal;
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Starts the whole studio and keeps it running until a signal comes. */
export const run: Run = async ({ root, args, startedAt }) => {
  readArguments(args, {});
  const signal = stopOnSignal();
  await providePackages('start', say);
  await using stack = new AsyncDisposableStack();
  let admin: NewAdmin | undefined;
  try {
    const onAdmin = (made: NewAdmin): void => {
      admin = made;
    };
    const { address, home, log } = await bringUp({ root, stack, signal, say, onAdmin });
    console.log(readyBlock({ address, home, admin, tookMs: Date.now() - startedAt }));
    prepareMachines({ root, home, say, signal });
    await aborted(signal);
    log.info({ signal: String(signal.reason) }, 'stopping');
    say('Stopping …');
    return 0;
  } catch (error) {
    // The password is never shown again, whatever became of this start.
    if (admin) say(['The first admin was made:', ...adminLines(admin)].join('\n'));
    if (signal.aborted) return 0;
    endWithin(STOP_LIMIT_MS);
    throw error;
  }
};
