import { readArguments } from './arguments.ts';
import { CommandError, type Run } from './command.ts';

const PARTS: Readonly<Record<string, () => Promise<unknown>>> = {
  billing: async () => (await import('#tests/bench/billing.ts')).benchBilling(),
  gateway: async () => (await import('#tests/bench/gateway/bench.ts')).benchGateway((line) => console.error(line)),
  inference: async () =>
    (await import('#tests/bench/inference/bench.ts')).benchInference((line) => console.error(line)),
  sandbox: async () => (await import('#tests/bench/sandbox/bench.ts')).benchSandbox((line) => console.error(line)),
};

/** Measures one part and prints the figures as JSON; they are to be compared within one run. */
export const run: Run = async ({ args }) => {
  const [part = ''] = readArguments(args, {}, 1).words;
  const bench = Object.hasOwn(PARTS, part) ? PARTS[part] : undefined;
  if (!bench) throw new CommandError(`bench knows these parts: ${Object.keys(PARTS).join(', ')}.`, 2);
  console.log(
    JSON.stringify(await bench(), (_, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value), 2),
  );
  return 0;
};
