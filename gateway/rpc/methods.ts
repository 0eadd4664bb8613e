import type { Method } from './method.ts';
import { authMethods } from './methods/auth.ts';
import { embedMethod } from './methods/embeddings.ts';
import { fsMethods } from './methods/fs.ts';
import { keyMethods } from './methods/keys.ts';
import { llmMethods } from './methods/llm.ts';
import { modelMethods } from './methods/models.ts';
import { runMethod } from './methods/run.ts';

/** Every method by its name. A name that is not in here is nothing: it is never made into a path or a property. */
export const METHODS: ReadonlyMap<string, Method> = new Map(
  [...authMethods, ...keyMethods, ...llmMethods, embedMethod, ...modelMethods, ...fsMethods, runMethod].map(
    (method) => [method.name, method],
  ),
);
