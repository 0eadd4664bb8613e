import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '#mesh/config.ts';
import { createPieceEncoder, makeWordPieces } from '../../gguf/word-pieces.ts';
import { SHIPPED_EMBEDDER } from '../install.ts';
import { bytesOf, findPython, readArguments, readVocabulary, train } from '../training.ts';
import { exportEmbedder } from './export.ts';
import { generatePairs } from './pairs.ts';
import { preparePairs } from './prepare.ts';

/** The shipped model: 1.09 million weights, vectors of 128 numbers. */
const SHAPE = { embedding: 128, layers: 3, heads: 4, feedForward: 384, context: 512 } as const;
/** Pairs of one training step, each of which is every other's counterexample. */
const BATCH = 96;

const VOCABULARY = 4_096;
/** The first pairs, of which the vocabulary is made. */
const VOCABULARY_PAIRS = 30_000;
/** The shipped vocabulary. */
const WORD_PIECES = join(import.meta.dirname, 'word-pieces.json');

const DEFAULTS = {
  command: 'train-embedder',
  out: '.devstudio/embedder-training',
  minutes: 8,
  samples: 80_000,
} as const;

/**
 * Makes a model for embeddings as the shipped one was made: pairs of texts from a seed, some 10 minutes of one
 * processor, a GGUF file in the output folder. The shipped file is left alone.
 * @param root the project's folder, to which the output folder is relative
 * @param args what stands after `devstudio model train-embedder`
 * @throws ConfigurationError for a wrong argument or a missing PyTorch, with what to do
 */
export const trainEmbedder = async (
  root: string,
  args: readonly string[],
  say: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<void> => {
  const options = readArguments(args, DEFAULTS);
  const out = resolve(root, options.out);
  const model = join(out, 'starter-embed.gguf');
  if (model === SHIPPED_EMBEDDER)
    throw new ConfigurationError('--out is the folder of the shipped model; choose another.');
  const python = await findPython(root);
  await mkdir(out, { recursive: true });

  const pairs = generatePairs(options.samples, options.seed);
  const wordPieces = options['new-vocabulary']
    ? makeWordPieces(
        pairs.slice(0, VOCABULARY_PAIRS).flatMap(({ texts }) => texts),
        VOCABULARY,
      )
    : await readVocabulary(WORD_PIECES);
  await writeFile(join(out, 'word-pieces.json'), `${JSON.stringify(wordPieces)}\n`);
  const data = preparePairs(pairs, createPieceEncoder(wordPieces));
  await writeFile(join(out, 'tokens.u16'), bytesOf(data.tokens));
  await writeFile(join(out, 'lengths.u16'), bytesOf(data.lengths));
  await writeFile(join(out, 'groups.i32'), bytesOf(data.groups));
  say(`${pairs.length} pairs, ${data.tokens.length} tokens; training for ${options.minutes} minutes`);

  const parameters = {
    vocabulary: wordPieces.length,
    embedding: SHAPE.embedding,
    layers: SHAPE.layers,
    heads: SHAPE.heads,
    'feed-forward': SHAPE.feedForward,
    context: SHAPE.context,
    batch: BATCH,
    seed: options.seed,
    minutes: options.minutes,
  };
  const weights = await train(python, join(import.meta.dirname, 'train.py'), parameters, out);
  const shape = { ...SHAPE, vocabulary: wordPieces.length };
  await exportEmbedder(model, 'CyberDevStudio starter embeddings', shape, weights, wordPieces);
  say(`${model} is written. Copied into the models folder under another name, it is listed beside the shipped one.`);
};
