import { llamaMetadata, llamaTensors, type LlamaShape } from '../gguf/llama.ts';
import { tokenizerMetadata } from '../gguf/vocabulary.ts';
import { FILE_TYPE, writeGguf, type Tensor, type TensorType } from '../gguf/writer.ts';

/** Tokens that the model was trained to see. */
export const CONTEXT = 1_024;

/**
 * Writes trained weights as a GGUF file.
 * @param weights float32, one tensor after the other in the order of `llamaTensors`; a torch matrix of [out, in] is
 *   what ggml calls [in, out], so nothing is transposed
 * @throws Error when there are more or fewer weights than the shape has
 */
export const exportModel = async (
  path: string,
  name: string,
  shape: Omit<LlamaShape, 'context'>,
  weights: Float32Array,
  merges: readonly string[],
  matrixType: TensorType = 'q8_0',
): Promise<void> => {
  const full: LlamaShape = { ...shape, context: CONTEXT };
  let offset = 0;
  const tensors = llamaTensors(full).map((tensor): Tensor => {
    const length = tensor.shape.reduce<number>((product, size) => product * size, 1);
    const data = weights.subarray(offset, offset + length);
    offset += length;
    return { ...tensor, type: tensor.shape.length === 1 ? 'f32' : matrixType, data };
  });
  if (offset !== weights.length) throw new Error(`there are ${weights.length} weights for a model of ${offset}`);
  await writeGguf(
    path,
    {
      ...llamaMetadata(name, full),
      'general.license': { type: 'string', value: 'mit' },
      'general.file_type': { type: 'uint32', value: FILE_TYPE[matrixType] },
      ...tokenizerMetadata(merges),
    },
    tensors,
  );
};
