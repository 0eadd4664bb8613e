import { bertMetadata, bertTensors, type BertShape } from '../../gguf/bert.ts';
import { wordPieceMetadata } from '../../gguf/word-pieces.ts';
import { FILE_TYPE, writeGguf, type Tensor } from '../../gguf/writer.ts';

/**
 * Writes trained weights as a GGUF file of q8_0.
 * @param weights float32, one tensor after the other in the order of `bertTensors`
 * @throws Error when there are more or fewer weights than the shape has
 */
export const exportEmbedder = async (
  path: string,
  name: string,
  shape: BertShape,
  weights: Float32Array,
  wordPieces: readonly string[],
): Promise<void> => {
  let offset = 0;
  const tensors = bertTensors(shape).map((tensor): Tensor => {
    const length = tensor.shape.reduce<number>((product, size) => product * size, 1);
    const data = weights.subarray(offset, offset + length);
    offset += length;
    return { ...tensor, type: tensor.shape.length === 1 || tensor.plain ? 'f32' : 'q8_0', data };
  });
  if (offset !== weights.length) throw new Error(`there are ${weights.length} weights for a model of ${offset}`);
  await writeGguf(
    path,
    {
      ...bertMetadata(name, shape),
      'general.license': { type: 'string', value: 'mit' },
      'general.file_type': { type: 'uint32', value: FILE_TYPE.q8_0 },
      ...wordPieceMetadata(wordPieces),
    },
    tensors,
  );
};
