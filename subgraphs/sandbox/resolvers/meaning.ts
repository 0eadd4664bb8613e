import type { MutationResolvers, QueryResolvers } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import type { Meaning } from '../files/meaning.ts';
import type { Projects } from '../projects.ts';
import { countOf } from './arguments.ts';

const MOST_WAITING = 256;
const MOST_NEAREST = 100;
const MAX_NUMBERS = 8_192;

const modelOf = (name: string): string => {
  if (name.length > 0 && name.length <= 100 && /^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(name)) return name;
  throw new StudioError('BAD_USER_INPUT', 'model is the name of a model.', { argument: 'model' });
};

const numbersOf = (vector: readonly number[]): readonly number[] => {
  if (vector.length > 0 && vector.length <= MAX_NUMBERS) return vector;
  throw new StudioError('BAD_USER_INPUT', `A vector has 1 to ${MAX_NUMBERS} numbers.`, { argument: 'vector' });
};

/** Finding parts of files by what they mean. */
export const meaningResolvers = (
  projects: Projects,
  meaning: Meaning,
): {
  readonly Query: Pick<QueryResolvers, 'similarParts'>;
  readonly Mutation: Pick<MutationResolvers, 'partsToEmbed' | 'keepVectors'>;
} => ({
  Query: {
    similarParts: async (_, { input, first }, context) => {
      const [model, vector, count] = [modelOf(input.model), numbersOf(input.vector), countOf(first, MOST_NEAREST)];
      const project = await projects.readable(callerOf(context), input.projectId);
      return [...(await meaning.nearest(project.id, model, vector, count))];
    },
  },
  Mutation: {
    partsToEmbed: async (_, { projectId, model: name, first }, context) => {
      const [model, count] = [modelOf(name), countOf(first, MOST_WAITING)];
      const project = await projects.writable(callerOf(context), projectId);
      return [...(await meaning.waiting(project.id, model, count))];
    },
    keepVectors: async (_, { input }, context) => {
      const model = modelOf(input.model);
      if (input.vectors.length === 0 || input.vectors.length > MOST_WAITING) {
        throw new StudioError('BAD_USER_INPUT', `1 to ${MOST_WAITING} vectors at once.`, { argument: 'vectors' });
      }
      const vectors = input.vectors.map(({ part, vector }) => ({ part, vector: numbersOf(vector) }));
      const project = await projects.writable(callerOf(context), input.projectId);
      return meaning.keep(project.id, model, vectors);
    },
  },
});
