import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';
import { tokensOf } from '../gguf/vocabulary.ts';
import { createEncoder, trainMerges } from './bpe.ts';
import { generateCorpus, type Conversation } from './corpus.ts';
import { CONTEXT, exportModel } from './export.ts';
import { SHIPPED_STARTER } from './install.ts';
import { prepare } from './prepare.ts';
import { bytesOf, findPython, readArguments, readVocabulary, train } from './training.ts';

/** The model after the shipped one: 2.36 million weights. */
const SHAPE = { embedding: 192, layers: 5, heads: 6, keyValueHeads: 2, feedForward: 512 } as const;
/** Tokens that one training step sees at once, and how many such windows. */
const WINDOW = 256;
const BATCH = 9;

const VOCABULARY = 2_048;
/** Its merges; those of the shipped model are fewer, and in merges.json. */
const MERGES = join(import.meta.dirname, 'merges-2048.json');

const DEFAULTS = {
  command: 'train-starter',
  out: '.devstudio/starter-training',
  minutes: 90,
  samples: 60_000,
} as const;

const texts = function* (corpus: readonly Conversation[]): Generator<string> {
  for (const conversation of corpus) for (const { role, content } of conversation) yield `${role}\n${content}\n`;
};

/**
 * Makes a starter model: conversations from a seed, their tokens, some 90 minutes of one processor, a GGUF file in the
 * output folder. The shipped file is left alone; who wants another copies it there. What was stopped goes on from its
 * last checkpoint when it is asked for again with the same folder.
 * @param root the project's folder, to which the output folder is relative
 * @param args what stands after `devstudio model train-starter`
 * @throws ConfigurationError for a wrong argument or a missing PyTorch, with what to do
 */
export const trainStarter = async (
  root: string,
  args: readonly string[],
  say: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<void> => {
  const options = readArguments(args, DEFAULTS);
  const out = resolve(root, options.out);
  const model = join(out, 'starter.gguf');
  if (model === SHIPPED_STARTER)
    throw new ConfigurationError('--out is the folder of the shipped model; choose another.');
  const python = await findPython(root);
  await mkdir(out, { recursive: true });

  const corpus = generateCorpus(options.samples, options.seed);
  const merges = options['new-vocabulary']
    ? trainMerges(texts(corpus), VOCABULARY - tokensOf([]).length)
    : await readVocabulary(MERGES);
  await writeFile(join(out, 'merges.json'), `${JSON.stringify(merges)}\n`);
  const data = prepare(corpus, createEncoder(merges));
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
    context: CONTEXT,
    batch: BATCH,
    seed: options.seed,
    minutes: options.minutes,
  };
  const weights = await train(python, join(import.meta.dirname, 'train.py'), parameters, out);
  await exportModel(model, 'CyberDevStudio starter', { ...SHAPE, vocabulary }, weights, merges);
  say(`${model} is written. Copied into the models folder it is listed; under another name, beside the shipped one.`);
};
