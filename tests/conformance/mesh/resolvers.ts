import { setTimeout as sleep } from 'node:timers/promises';
import { StudioError } from '#mesh/errors.ts';
import type { RequestContext } from '#mesh/subgraph.ts';
import type { TestKeys } from './keys.ts';

const user = (id: string) => ({ __typename: 'User', id });
const model = (name: string) => ({ __typename: 'Model', name });
const USERS = ['1', '2', '3', '4'].map((id) => ({
  ...user(id),
  name: `User ${id}`,
  role: id === '1' ? 'ADMIN' : 'DEVELOPER',
  since: id === '4' ? null : '2026-11-22',
}));
const MODELS = [
  { name: 'small', size: 2 },
  { name: 'large', size: 70 },
].map((known) => ({
  __typename: 'Model',
  ...known,
  weights: [
    { layer: 0, value: 0.5 },
    { layer: 1, value: null },
  ],
  limits: { low: 1, high: null },
}));

const byId = (id: string) => USERS.find((known) => known.id === id) ?? null;

/** What the source of a subscription has seen. */
export interface Sources {
  opened: number;
  ended: number;
  produced: number;
}

export const usersResolvers = (keys: TestKeys) => ({
  Query: {
    me: (_: unknown, __: unknown, { caller }: RequestContext) => (caller ? byId(caller.userId.slice(-1)) : null),
    users: (_: unknown, { first, role }: { first: number; role?: string }) =>
      USERS.filter((known) => role === undefined || known.role === role).slice(0, first),
    user: (_: unknown, { id }: { id: string }) => byId(id),
    hello: async (_: unknown, { name }: { name: string }) => {
      if (name === 'broken') throw new StudioError('NOT_FOUND', 'There is no such greeting.', { argument: 'name' });
      if (name === 'waiting') throw new StudioError('RATE_LIMITED', undefined, { retryAfterSeconds: 7 });
      if (name === 'crash') throw new Error('secret of the database at 10.0.0.1');
      if (name === 'slow') await sleep(10_000);
      return name === 'nobody' ? null : `Hello ${name}`;
    },
    everything: () => [...USERS.slice(0, 2), model('small')],
    named: () => [...USERS.slice(0, 2), model('large')],
    principal: (_: unknown, { sessionId }: { sessionId: string }) => keys.principalOf(sessionId),
    principals: (_: unknown, { credentialIds }: { credentialIds: readonly string[] }) =>
      credentialIds.map((id) => keys.principalOf(id)),
    verificationKeys: () => keys.rows,
  },
  Mutation: {
    rename: (_: unknown, { id, name }: { id: string; name: string }) => {
      const known = byId(id);
      return known && { ...known, name };
    },
    manage: () => 'managed',
    login: (_: unknown, { email, password }: { email: string; password: string }) => {
      if (password !== 'right') throw new StudioError('UNAUTHENTICATED');
      return email;
    },
  },
  User: {
    __resolveReference: async ({ id }: { id: string }) => Promise.resolve(byId(id)),
    motto: ({ id }: { id: string }) => {
      if (id === '3') throw new StudioError('NOT_FOUND', 'This user has no motto.');
      return `Motto ${id}`;
    },
    friends: ({ id }: { id: string }) => USERS.filter((other) => other.id !== id).slice(0, 2),
    secret: () => 'hidden',
    mustKnow: () => 'hidden',
  },
});

async function* count(sources: Sources, to: number, context: RequestContext, text = 'token') {
  sources.opened += 1;
  try {
    for (let index = 0; index < to; index += 1) {
      if (context.signal.aborted) return;
      sources.produced += 1;
      yield { index, text: `${text} ${index}`, user: user('1'), model: model('small'), spent: byId('2') };
    }
  } finally {
    sources.ended += 1;
  }
}

/** Gives an event every 20 ms. */
async function* tick(sources: Sources, to: number, context: RequestContext) {
  for await (const event of count(sources, to, context)) {
    yield event;
    await sleep(20, undefined, { signal: context.signal }).catch(() => undefined);
  }
}

/** Never gives an event after its first, and ends only when it is told to. */
async function* hang(sources: Sources, context: RequestContext) {
  sources.opened += 1;
  try {
    yield { index: 0, text: 'first', user: user('1'), model: model('small') };
    await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
  } finally {
    sources.ended += 1;
  }
}

async function* fail(sources: Sources) {
  sources.opened += 1;
  yield { index: 0, text: 'first', user: user('1') };
  sources.ended += 1;
  throw await Promise.resolve(new StudioError('MODEL_CRASHED'));
}

export const modelsResolvers = (sources: Sources) => ({
  Query: {
    models: () => MODELS,
    model: (_: unknown, { name }: { name: string }) => MODELS.find((known) => known.name === name) ?? null,
  },
  Mutation: {
    chat: async (_: unknown, { prompt }: { prompt: string }, { signal }: RequestContext) => {
      sources.opened += 1;
      if (prompt === 'hang') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      sources.ended += 1;
      return { index: 0, text: prompt, user: user('1'), model: model('small') };
    },
    loadModel: (_: unknown, { name }: { name: string }) => MODELS.find((known) => known.name === name) ?? null,
  },
  Subscription: {
    chat: {
      subscribe: (_: unknown, { prompt, count: to }: { prompt: string; count?: number }, context: RequestContext) => {
        if (prompt === 'hang') return hang(sources, context);
        if (prompt === 'tick') return tick(sources, to ?? 1_000, context);
        if (prompt === 'fail') return fail(sources);
        return count(
          sources,
          to ?? Number.MAX_SAFE_INTEGER,
          context,
          prompt === 'long' ? 'x'.repeat(50_000) : undefined,
        );
      },
      resolve: (event: unknown) => event,
    },
    guarded: {
      subscribe: (_: unknown, __: unknown, context: RequestContext) => count(sources, 2, context),
      resolve: (event: unknown) => event,
    },
  },
  ChatEvent: {
    model: ({ model: given }: { model?: { name: string } }) => MODELS.find(({ name }) => name === given?.name) ?? null,
  },
  Model: {
    __resolveReference: async ({ name }: { name: string }) =>
      Promise.resolve(MODELS.find((known) => known.name === name) ?? null),
  },
});

interface Priced {
  readonly size: number;
  readonly weights: readonly { readonly layer: number; readonly value: number | null }[];
}

const PROJECTS = ['10', '11', '12'].map((id) => ({
  id,
  name: `Project ${id}`,
  tags: ['a', id],
  owner: user('1'),
  members: [user('2'), user('1'), null, user('1'), user('9')],
  model: id === '11' ? null : model('small'),
  grid: [[user('1'), user('2')], null, [user('3')]],
}));

/** @param unknown the id of a user of whom this service knows nothing when another names him */
export const sandboxResolvers = (unknown: string | null) => ({
  Query: {
    projects: (_: unknown, { first }: { first: number }) => [...PROJECTS.slice(0, first), null],
    project: (_: unknown, { id }: { id: string }) => PROJECTS.find((known) => known.id === id) ?? null,
  },
  Mutation: {
    createProject: (_: unknown, { input }: { input: { name: string; tags: string[] } }) => ({
      ...PROJECTS[0],
      id: '99',
      ...input,
    }),
  },
  Project: { __resolveReference: async ({ id }: { id: string }) => Promise.resolve(PROJECTS.find((p) => p.id === id)) },
  User: {
    __resolveReference: async ({ id }: { id: string }) => Promise.resolve(id === unknown ? null : { id }),
    quota: ({ id }: { id: string }) => Number(id) * 10,
    projects: (_: unknown, { first }: { first?: number }) => PROJECTS.slice(0, first ?? 1),
  },
  Model: {
    __resolveReference: async (representation: object) => Promise.resolve(representation),
    price: ({ size, weights }: Priced) =>
      size * weights.reduce((sum, { layer, value }) => sum + layer + (value ?? 0), 0),
  },
  Media: {
    __resolveReference: async (representation: object) => Promise.resolve(representation),
    reviews: ({ id }: { id: string }) => [`Review of ${id}`],
  },
});

const MEDIA = [
  { __typename: 'Book', id: 'b1', title: 'A book', pages: 300, author: user('1') },
  { __typename: 'Film', id: 'f1', title: 'A film', minutes: 90, stars: [user('2'), user('4')] },
];

export const agentsResolvers = {
  Query: { media: () => MEDIA },
  Media: {
    __resolveType: ({ __typename }: { __typename: string }) => __typename,
    __resolveReference: async ({ id }: { id: string }) => Promise.resolve(MEDIA.find((known) => known.id === id)),
  },
  Book: {
    __resolveReference: async ({ id }: { id: string }) => Promise.resolve(MEDIA.find((known) => known.id === id)),
  },
  Film: {
    __resolveReference: async ({ id }: { id: string }) => Promise.resolve(MEDIA.find((known) => known.id === id)),
  },
};
