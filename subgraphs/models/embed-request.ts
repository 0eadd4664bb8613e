import type { EmbedInput } from '#codegen/models.ts';
import { refuse, within } from './bounds.ts';

/** Texts whose vectors may be made. */
export interface EmbedRequest {
  readonly model: string;
  readonly texts: readonly string[];
  /** Null: as many as the model makes. */
  readonly dimensions: number | null;
}

const MAX_TEXTS = 256;
const MAX_BYTES = 262_144;
const MAX_DIMENSIONS = 65_536;

/**
 * Validates what a client asks for.
 * @throws StudioError BAD_USER_INPUT naming the argument that is out of bounds
 */
export const readEmbedRequest = ({ model, input, dimensions }: EmbedInput): EmbedRequest => {
  if (input.length === 0) return refuse('input', 'input is empty; it must hold a text.');
  if (input.length > MAX_TEXTS) return refuse('input', `input has ${input.length} texts; it may have ${MAX_TEXTS}.`);
  const bytes = input.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_BYTES) return refuse('input', `input holds ${bytes} bytes; it may hold ${MAX_BYTES}.`);
  const empty = input.indexOf('');
  if (empty !== -1) return refuse('input', `input[${empty}] is empty.`);
  return {
    model,
    texts: input,
    dimensions:
      dimensions === null || dimensions === undefined ? null : within('dimensions', dimensions, 1, MAX_DIMENSIONS),
  };
};
