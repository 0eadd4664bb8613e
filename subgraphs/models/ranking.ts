import type { RerankInput } from '#codegen/models.ts';
import type { RequestContext } from '#mesh/subgraph.ts';
import type { RankingMapper } from './mappers.ts';
import { readRankRequest } from './rank-request.ts';
import type { TextRequests } from './text-requests.ts';

/**
 * Puts documents in the order in which they answer a query.
 * @throws StudioError whatever was in the way
 */
export const rerank = async (
  requests: Pick<TextRequests, 'perform'>,
  input: RerankInput,
  context: RequestContext,
): Promise<RankingMapper> => {
  let most = input.documents.length;
  const read = () => {
    const { query, documents, topN } = readRankRequest(input);
    most = topN;
    const making = () => (numbers: Float32Array, index: number) => {
      const [score] = numbers;
      if (score === undefined || !Number.isFinite(score)) throw new Error('the model made a score that is no number');
      return { index, score };
    };
    return { kind: 'RERANKING', texts: documents, query, making } as const;
  };
  const { made, ...request } = await requests.perform(input.model, read, context);
  const ranked = made.toSorted((one, other) => other.score - one.score || one.index - other.index);
  return { ...request, results: ranked.slice(0, most) };
};
