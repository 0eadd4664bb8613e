import { llamaMetadata, llamaTensors, type LlamaShape } from '#subgraphs/models/gguf/llama.ts';
import { tokenizerMetadata, tokensOf } from '#subgraphs/models/gguf/vocabulary.ts';
import { FILE_TYPE, writeGguf, type Tensor } from '#subgraphs/models/gguf/writer.ts';
import { randomFrom } from '#subgraphs/models/starter/random.ts';

/** The form of Llama 3, in which one answer may hold several calls. */
export const LLAMA_3_TEMPLATE =
  "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' }}" +
  "{{ message['content'] | trim + '<|eot_id|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}";

/**
 * Writes a llama model that knows by heart which token follows which, and nothing else: its layers add nothing, and its
 * output matrix has the embedding of a token where its follower is.
 * @param merges pairs with a space between, that make tokens of more than a byte
 * @param script tokens as the vocabulary spells them (`Ġ` is a space), each but once; after the last one it starts again
 * @param template of its chats; ChatML's when left out
 */
export const writeScriptedModel = async (
  path: string,
  merges: readonly string[],
  script: readonly string[],
  template?: string,
): Promise<void> => {
  const tokens = tokensOf(merges);
  const shape: LlamaShape = {
    embedding: 256,
    layers: 1,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 32,
    context: 2_048,
    vocabulary: tokens.length,
  };
  const size = shape.embedding;
  const random = randomFrom(1);
  // Signs at random are all of one length, and nearly at right angles to each other.
  const embeddings = Float32Array.from({ length: tokens.length * size }, () => (random() < 0.5 ? -1 : 1));
  const output = new Float32Array(embeddings.length);
  for (const [at, token] of script.entries()) {
    const [from, to] = [tokens.indexOf(token), tokens.indexOf(script[(at + 1) % script.length] ?? '')];
    if (from < 0 || to < 0) throw new Error(`the vocabulary has no '${token}', or not what comes after it`);
    output.set(embeddings.subarray(from * size, (from + 1) * size), to * size);
  }
  const tensors = llamaTensors(shape).map(({ name, shape: [columns, rows] }): Tensor => {
    if (rows === undefined) return { name, shape: [columns], type: 'f32', data: new Float32Array(columns).fill(1) };
    const data = name === 'token_embd.weight' ? embeddings : new Float32Array(columns * rows);
    return { name, shape: [columns, rows], type: 'f32', data };
  });
  await writeGguf(
    path,
    {
      ...llamaMetadata('scripted', shape),
      'general.file_type': { type: 'uint32', value: FILE_TYPE.f32 },
      ...tokenizerMetadata(merges),
      ...(template === undefined ? {} : { 'tokenizer.chat_template': { type: 'string', value: template } }),
    },
    [...tensors, { name: 'output.weight', shape: [size, tokens.length], type: 'f32', data: output }],
  );
};
