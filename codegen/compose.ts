import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { GraphQLError, parse, printSchema, Source, type ASTNode, type GraphQLSchema } from 'graphql';
import { SUBGRAPHS } from '#mesh/config.ts';

export type Composition =
  | {
      readonly outcome: 'composed';
      readonly supergraphSdl: string;
      /** What clients see. */
      readonly api: GraphQLSchema;
      /** What composes, but perhaps otherwise than meant; each with its place. */
      readonly hints: readonly string[];
    }
  /** Each error with the file and line that it is about, where it has one. */
  | { readonly outcome: 'broken'; readonly errors: readonly string[] };

const placeOf = (nodes: readonly ASTNode[] = []): string => {
  const [loc] = nodes.flatMap((node) => (node.loc ? [node.loc] : []));
  return loc ? `${loc.source.name}:${loc.startToken.line}: ` : '';
};

/** Composes `schemas/<subgraph>.graphql`. @param schemas their folder */
export const composeSubgraphs = async (schemas: string): Promise<Composition> => {
  try {
    const services = await Promise.all(
      SUBGRAPHS.map(async (name) => {
        const path = join(schemas, `${name}.graphql`);
        const typeDefs = parse(new Source(await readFile(path, 'utf8'), `schemas/${name}.graphql`));
        // The gateway takes the real address from its configuration.
        return { name, url: `http://${name}/graphql`, typeDefs };
      }),
    );
    const { supergraphSdl, errors = [], hints = [] } = composeServices(services);
    if (supergraphSdl === undefined) {
      return { outcome: 'broken', errors: errors.map(({ message, nodes }) => placeOf(nodes) + message) };
    }
    const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
    return {
      outcome: 'composed',
      supergraphSdl,
      api: supergraph.apiSchema().toGraphQLJSSchema({ includeDefer: true }),
      hints: hints.map(({ message, nodes }) => placeOf(nodes) + message),
    };
  } catch (error) {
    // A file that is no GraphQL; anything else is a fault of ours.
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    return { outcome: 'broken', errors: [`${error.source?.name}:${place?.line}: ${error.message}`] };
  }
};

/**
 * Writes `supergraph.graphql` (for the gateway) and `api.graphql` (what clients see) beside the four subgraphs.
 * @throws Error naming every rule of federation that the four break
 */
export const composeSupergraph = async (schemas: string): Promise<void> => {
  const composed = await composeSubgraphs(schemas);
  if (composed.outcome === 'broken') throw new Error(`The subgraphs do not compose:\n${composed.errors.join('\n')}`);
  const note = '# Generated from the four subgraphs by `npm run generate`; do not edit.\n\n';
  await writeFile(join(schemas, 'supergraph.graphql'), `${note}${composed.supergraphSdl}`);
  await writeFile(join(schemas, 'api.graphql'), `${note}${printSchema(composed.api)}\n`);
};
