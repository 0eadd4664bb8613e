import { SUBGRAPHS, type SubgraphName } from '#mesh/config.ts';

export const isSubgraphName = (name: string): name is SubgraphName => SUBGRAPHS.some((known) => known === name);
