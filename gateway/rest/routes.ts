import type { Dialect } from './dialect.ts';
import type { Route } from './route.ts';
import { embeddingRoutes } from './routes/embeddings.ts';
import { modelRoutes } from './routes/models.ts';
import { ollamaRoutes } from './routes/ollama.ts';
import { openAiRoutes } from './routes/openai.ts';
import { projectRoutes } from './routes/projects.ts';
import { rerankingRoutes } from './routes/reranking.ts';
import { responseRoutes } from './routes/responses.ts';

/** Every route of REST. */
export const ROUTES: readonly Route[] = [
  ...openAiRoutes,
  ...responseRoutes,
  ...embeddingRoutes,
  ...rerankingRoutes,
  ...ollamaRoutes,
  ...modelRoutes,
  ...projectRoutes,
];

export type Found =
  | { readonly outcome: 'found'; readonly route: Route; readonly segments: Readonly<Record<string, string>> }
  /** The address is known, for these methods. */
  | { readonly outcome: 'other method'; readonly methods: readonly string[]; readonly dialect: Dialect }
  | { readonly outcome: 'none' };

/** Decides which route an address is. */
export const findRoute = (method: string | undefined, path: string): Found => {
  const there = ROUTES.flatMap((route) => {
    const segments = route.match(path);
    return segments ? [{ route, segments }] : [];
  });
  const found = there.find(({ route }) => route.method === method);
  if (found) return { outcome: 'found', ...found };
  const [other] = there;
  return other
    ? { outcome: 'other method', methods: there.map(({ route }) => route.method), dialect: other.route.dialect }
    : { outcome: 'none' };
};
