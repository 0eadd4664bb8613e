import { readArguments } from './arguments.ts';
import { CommandError, type Run } from './command.ts';

/** Measures one part and prints the figures as JSON; they are to be compared within one run. */
export const run: Run = async ({ args }) => {
  const [part] = readArguments(args, {}, 1).words;
  if (part !== 'billing') throw new CommandError('bench knows one part: devstudio bench billing.', 2);
  const { benchBilling } = await import('#tests/bench/billing.ts');
  console.log(
    JSON.stringify(
      await benchBilling(),
      (_, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value),
      2,
    ),
  );
  return 0;
};
