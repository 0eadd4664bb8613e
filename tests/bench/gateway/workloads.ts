/** What is asked: shapes of the product's graph, each with a seed that makes an answer its own. */
export const QUERIES = {
  /** One subgraph, ten objects. */
  one: 'query Bench($seed: ID!) { conversations(seed: $seed) { id title updatedAt messageCount } }',
  /** Four subgraphs: one, and then three at the same time. */
  four: `query Bench($seed: ID!) { conversations(seed: $seed) { id title owner { id name role }
    model { name contextTokens quantization } project { id name sizeBytes } } }`,
  /** Two subgraphs: a hundred objects are joined with three others each. */
  hundred: `query Bench($seed: ID!) { users(seed: $seed) { id name role balance
    projects { id name createdAt sizeBytes } } }`,
} as const;

export type QueryName = keyof typeof QUERIES;

/** Each event is joined with another subgraph. */
export const SUBSCRIPTION = `subscription Bench($seed: ID!, $count: Int!) { chat(seed: $seed, count: $count) {
  index text user { id name } model { name contextTokens } } }`;
