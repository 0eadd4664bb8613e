import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ConfigurationError } from '#mesh/config.ts';

const Arguments = z.object({
  out: z.string().min(1, 'a folder'),
  seed: z.coerce.number('a whole number').int().min(0).max(4_294_967_295),
  minutes: z.coerce.number('a number').positive().max(1_440),
  samples: z.coerce.number('a whole number').int().min(1_000).max(1_000_000),
  'new-vocabulary': z.boolean(),
});
type Arguments = z.infer<typeof Arguments>;

/** What a training is asked with, and what it is where nothing is said. */
export interface TrainingDefaults {
  readonly command: string;
  readonly out: string;
  readonly minutes: number;
  readonly samples: number;
}

/** @throws ConfigurationError with the usage */
export const readArguments = (args: readonly string[], defaults: TrainingDefaults): Arguments => {
  const { command, out, minutes, samples } = defaults;
  const usage = `devstudio model ${command} [--out <folder>] [--samples ${samples}] [--seed 42] [--minutes ${minutes}] [--new-vocabulary]`;
  const options = {
    out: { type: 'string', default: out },
    samples: { type: 'string', default: String(samples) },
    seed: { type: 'string', default: '42' },
    minutes: { type: 'string', default: String(minutes) },
    'new-vocabulary': { type: 'boolean', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true });
    const parsed = Arguments.safeParse(values);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new ConfigurationError(`--${issue?.path.join('.')} is not usable (${issue?.message}). Usage: ${usage}`);
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof TypeError)) throw error;
    throw new ConfigurationError(`${error.message.replace(/\.$/, '')}. Usage: ${usage}`);
  }
};

const run = async (command: string, args: readonly string[], cwd: string, quiet = false): Promise<boolean> => {
  const child = spawn(command, args, { cwd, stdio: quiet ? 'ignore' : ['ignore', 'inherit', 'inherit'] });
  try {
    const [code] = await once(child, 'close');
    return code === 0;
  } catch {
    return false; // There is no such command.
  }
};

/** Debian's PyTorch belongs to Debian's Python, which is not always the first of the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** @throws ConfigurationError when no Python has PyTorch, with what to install */
export const findPython = async (cwd: string): Promise<string> => {
  for (const python of PYTHONS) {
    if (await run(python, ['-c', 'import numpy, torch'], cwd, true)) return python;
  }
  throw new ConfigurationError(
    'training needs PyTorch for python3: apt-get install python3-torch libopenblas0-pthread (Debian, Ubuntu).',
  );
};

/**
 * Runs a training script in the folder of its data.
 * @returns the weights that it wrote
 * @throws ConfigurationError when it failed
 */
export const train = async (
  python: string,
  script: string,
  parameters: Readonly<Record<string, number>>,
  folder: string,
): Promise<Float32Array> => {
  const flags = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (!(await run(python, [script, ...flags], folder))) {
    throw new ConfigurationError('The training failed; it says above why.');
  }
  const { buffer, byteOffset, byteLength } = await readFile(join(folder, 'weights.f32'));
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
};

/** Numbers as the bytes that the script reads. */
export const bytesOf = ({
  buffer,
  byteOffset,
  byteLength,
}: Uint8Array | Uint16Array | Uint32Array | Int32Array): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** A vocabulary that is shipped beside the model. */
export const readVocabulary = async (path: string): Promise<readonly string[]> =>
  z.array(z.string()).parse(JSON.parse(await readFile(path, 'utf8')));
