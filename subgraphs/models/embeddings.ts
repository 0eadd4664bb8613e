import type { EmbedInput } from '#codegen/models.ts';
import type { RequestContext } from '#mesh/subgraph.ts';
import { refuse } from './bounds.ts';
import { readEmbedRequest } from './embed-request.ts';
import type { EmbeddingsMapper } from './mappers.ts';
import type { TextRequests } from './text-requests.ts';
import { unitVector } from './vector.ts';

/**
 * Makes the vectors of texts.
 * @throws StudioError whatever was in the way
 */
export const embed = async (
  requests: Pick<TextRequests, 'perform'>,
  input: EmbedInput,
  context: RequestContext,
): Promise<EmbeddingsMapper> => {
  const read = () => {
    const { texts, dimensions } = readEmbedRequest(input);
    return {
      kind: 'EMBEDDING',
      texts,
      query: null,
      making: (model: string, most: number) => {
        const check = (there: number): void => {
          if (dimensions === null || dimensions <= there) return;
          refuse('dimensions', `dimensions is ${dimensions}; vectors of ${model} have ${there}.`);
        };
        check(most);
        return (vector: Float32Array, index: number) => {
          check(vector.length);
          return { index, embedding: unitVector(vector, dimensions ?? vector.length) };
        };
      },
    } as const;
  };
  const { made, ...request } = await requests.perform(input.model, read, context);
  return { ...request, data: made };
};
