import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { parse, printSchema } from 'graphql';
import { SUBGRAPHS } from '#mesh/config.ts';

/**
 * Composes `schemas/<subgraph>.graphql` into `supergraph.graphql` (for the gateway) and `api.graphql` (what clients see).
 * @throws Error naming every rule of federation that the four break
 */
export const composeSupergraph = async (schemas: string): Promise<void> => {
  const services = await Promise.all(
    SUBGRAPHS.map(async (name) => ({
      name,
      // The gateway takes the real address from its configuration.
      url: `http://${name}/graphql`,
      typeDefs: parse(await readFile(join(schemas, `${name}.graphql`), 'utf8')),
    })),
  );
  const composed = composeServices(services);
  if (!composed.supergraphSdl) {
    throw new Error(`The subgraphs do not compose:\n${composed.errors?.map(({ message }) => message).join('\n')}`);
  }
  const supergraph = Supergraph.build(composed.supergraphSdl, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  });
  const note = '# Generated from the four subgraphs by `npm run generate`; do not edit.\n\n';
  await writeFile(join(schemas, 'supergraph.graphql'), `${note}${composed.supergraphSdl}`);
  await writeFile(join(schemas, 'api.graphql'), `${note}${printSchema(supergraph.apiSchema().toGraphQLJSSchema())}\n`);
};
