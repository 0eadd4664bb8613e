import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ConfigurationError } from '#mesh/config.ts';
import { tokensOf } from '../gguf/vocabulary.ts';
import { createEncoder, trainMerges } from './bpe.ts';
import { generateCorpus, type Conversation } from './corpus.ts';
import { exportModel } from './export.ts';
import { SHIPPED_STARTER } from './install.ts';
import { prepare } from './prepare.ts';

/** The shipped model: 1.77 million weights. */
const SHAPE = { embedding: 192, layers: 4, heads: 6, keyValueHeads: 2, feedForward: 512 } as const;
/** Tokens that one training step sees at once, and how many such windows. */
const WINDOW = 224;
const BATCH = 10;
const VOCABULARY = 1_024;

const OPTIONS = {
  out: { type: 'string', default: '.devstudio/starter-training' },
  conversations: { type: 'string', default: '45000' },
  seed: { type: 'string', default: '42' },
  minutes: { type: 'string', default: '22' },
  'new-vocabulary': { type: 'boolean', default: false },
} as const;

const Arguments = z.object({
  out: z.string().min(1, 'a folder'),
  conversations: z.coerce.number('a whole number').int().min(1_000).max(1_000_000),
  seed: z.coerce.number('a whole number').int().min(0).max(4_294_967_295),
  minutes: z.coerce.number('a number').positive().max(1_440),
  'new-vocabulary': z.boolean(),
});
type Arguments = z.infer<typeof Arguments>;

const USAGE =
  'devstudio model train-starter [--out <folder>] [--conversations 45000] [--seed 42] [--minutes 22] [--new-vocabulary]';

const readArguments = (args: readonly string[]): Arguments => {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true });
    const parsed = Arguments.safeParse(values);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new ConfigurationError(`--${issue?.path.join('.')} is not usable (${issue?.message}). Usage: ${USAGE}`);
  } catch (error) {
    if (error instanceof ConfigurationError || !(error instanceof TypeError)) throw error;
    throw new ConfigurationError(`${error.message.replace(/\.$/, '')}. Usage: ${USAGE}`);
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

const findPython = async (cwd: string): Promise<string> => {
  for (const python of PYTHONS) {
    if (await run(python, ['-c', 'import numpy, torch'], cwd, true)) return python;
  }
  throw new ConfigurationError(
    'training needs PyTorch for python3: apt-get install python3-torch libopenblas0-pthread (Debian, Ubuntu).',
  );
};

const texts = function* (corpus: readonly Conversation[]): Generator<string> {
  for (const conversation of corpus) for (const { role, content } of conversation) yield `${role}\n${content}\n`;
};

const shippedMerges = async (): Promise<readonly string[]> =>
  z.array(z.string()).parse(JSON.parse(await readFile(join(import.meta.dirname, 'merges.json'), 'utf8')));

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Uint16Array | Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/**
 * Makes a starter model as the shipped one was made: conversations from a seed, their tokens, some 20 minutes of one
 * processor, a GGUF file in the output folder. The shipped file is left alone; who wants another copies it there.
 * @param root the project's folder, to which the output folder is relative
 * @param args what stands after `devstudio model train-starter`
 * @throws ConfigurationError for a wrong argument or a missing PyTorch, with what to do
 */
export const trainStarter = async (
  root: string,
  args: readonly string[],
  say: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<void> => {
  const options = readArguments(args);
  const out = resolve(root, options.out);
  const model = join(out, 'starter.gguf');
  if (model === SHIPPED_STARTER)
    throw new ConfigurationError('--out is the folder of the shipped model; choose another.');
  const python = await findPython(root);
  await mkdir(out, { recursive: true });

  const corpus = generateCorpus(options.conversations, options.seed);
  const merges = options['new-vocabulary']
    ? trainMerges(texts(corpus), VOCABULARY - tokensOf([]).length)
    : await shippedMerges();
  const data = prepare(corpus, createEncoder(merges));
  await writeFile(join(out, 'merges.json'), `${JSON.stringify(merges)}\n`);
  await writeFile(join(out, 'tokens.u16'), bytesOf(data.tokens));
  await writeFile(join(out, 'learned.u8'), bytesOf(data.learned));
  await writeFile(join(out, 'starts.u32'), bytesOf(data.starts));
  say(`${corpus.length} conversations, ${data.tokens.length} tokens; training for ${options.minutes} minutes`);

  const vocabulary = tokensOf(merges).length;
  const parameters = {
    vocabulary,
    embedding: SHAPE.embedding,
    layers: SHAPE.layers,
    heads: SHAPE.heads,
    'kv-heads': SHAPE.keyValueHeads,
    'feed-forward': SHAPE.feedForward,
    window: WINDOW,
    batch: BATCH,
    seed: options.seed,
    minutes: options.minutes,
  };
  const flags = Object.entries(parameters).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (!(await run(python, [join(import.meta.dirname, 'train.py'), ...flags], out))) {
    throw new ConfigurationError('train.py failed; it says above why.');
  }
  const { buffer, byteOffset, byteLength } = await readFile(join(out, 'weights.f32'));
  const weights = new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
  await exportModel(model, 'CyberDevStudio starter', { ...SHAPE, vocabulary }, weights, merges);
  say(`${model} is written. Copied into the models folder it is listed; under another name, beside the shipped one.`);
};
