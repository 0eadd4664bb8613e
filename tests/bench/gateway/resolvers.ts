import type { SubgraphName } from '#mesh/config.ts';

const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const INSTANT = '2026-11-22T19:35:00.000Z';

/** Every id ends with the seed of its request, so that the answers of two seeds have nothing in common. */
interface Seed {
  readonly seed: string;
}
const user = (n: number, seed: string) => ({
  id: `u${n}${seed}`,
  name: `User ${n}`,
  email: `user${n}@devstudio.test`,
  role: n === 0 ? 'ADMIN' : 'DEVELOPER',
  balance: n * 1_000,
});
const model = (n: number, seed: string) => ({
  name: `model-${n}${seed}`,
  contextTokens: 32_768,
  quantization: 'Q4_K_M',
});
const project = (id: string) => ({ id, name: `Project ${id}`, createdAt: INSTANT, sizeBytes: 48_213 });
const numberIn = (key: string): number => Number(/\d+/.exec(key)?.[0]);
const seedIn = (key: string): string => /~\d+~/.exec(key)?.[0] ?? '';

export const RESOLVERS: Readonly<Record<SubgraphName, object>> = {
  users: {
    Query: { users: (_: unknown, { seed }: Seed) => many(100, (n) => user(n, seed)) },
    User: { __resolveReference: async ({ id }: { id: string }) => Promise.resolve(user(numberIn(id), seedIn(id))) },
  },
  models: {
    Query: { models: (_: unknown, { seed }: Seed) => many(3, (n) => model(n, seed)) },
    Subscription: {
      chat: {
        subscribe: async function* (_: unknown, { seed, count }: Seed & { readonly count: number }) {
          for (let index = 0; index < count; index += 1) {
            yield await Promise.resolve({
              chat: { index, text: ` token ${index}`, user: { id: `u7${seed}` }, model: model(1, seed) },
            });
          }
        },
      },
    },
    Model: {
      __resolveReference: async ({ name }: { name: string }) => Promise.resolve(model(numberIn(name), seedIn(name))),
    },
  },
  sandbox: {
    Query: { project: (_: unknown, { id }: { id: string }) => project(id) },
    Project: { __resolveReference: async ({ id }: { id: string }) => Promise.resolve(project(id)) },
    User: {
      __resolveReference: async (reference: object) => Promise.resolve(reference),
      projects: ({ id }: { id: string }) => many(3, (n) => project(`p${n}${id}`)),
    },
  },
  agents: {
    Query: {
      conversations: (_: unknown, { seed }: Seed) =>
        many(10, (n) => ({
          id: `c${n}${seed}`,
          title: `Conversation ${n}`,
          updatedAt: INSTANT,
          messageCount: n,
          owner: { id: `u${n % 4}${seed}` },
          model: { name: `model-${n % 3}${seed}` },
          project: { id: `p${n % 5}${seed}` },
        })),
    },
  },
};
