import listSchema from '#schemas/rpc/llm.list_models.json' with { type: 'json' };
import statusSchema from '#schemas/rpc/llm.status.json' with { type: 'json' };
import { METHODS } from '#gateway/rpc/methods.ts';
import { legacyModel, legacyStatus } from '#gateway/rpc/methods/models.ts';
import { defineRoute, routeOfMethod, type Route } from '../route.ts';

type ModelData = Parameters<typeof legacyModel>[0];

interface SystemData {
  readonly systemStatus: {
    readonly version: string;
    readonly startedAt: string;
    readonly processors: number;
    readonly loadAverage: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
    readonly inference: Parameters<typeof legacyStatus>[0];
  };
}

const ofMethod = (name: string, place: Parameters<typeof routeOfMethod>[1]): Route => {
  const method = METHODS.get(name);
  if (!method) throw new Error(`there is no method ${name}`);
  return routeOfMethod(method, place);
};

const BYTES = { type: 'integer', minimum: 0 };

/** What the seeds' own clients ask of models; the JSON-RPC methods by other names, and what only admins see. */
export const modelRoutes = [
  ofMethod('llm.list_models', { method: 'GET', path: '/models', tag: 'Models' }),
  ofMethod('llm.download', { method: 'POST', path: '/download', tag: 'Models' }),
  ofMethod('llm.start', { method: 'POST', path: '/load', tag: 'Models' }),
  ofMethod('llm.stop', { method: 'POST', path: '/unload', tag: 'Models' }),
  ofMethod('llm.download', { method: 'POST', path: '/admin/download', tag: 'Administration' }),
  ofMethod('llm.start', { method: 'POST', path: '/admin/load', tag: 'Administration' }),
  ofMethod('llm.stop', { method: 'POST', path: '/admin/unload', tag: 'Administration' }),

  defineRoute({
    method: 'GET',
    path: '/admin/models',
    tag: 'Administration',
    summary: 'Every model that is installed; for admins.',
    answer: listSchema.result,
    ask: () => ({
      kind: 'whole',
      document: /* GraphQL */ `
        query RestAdminModels {
          systemStatus {
            models {
              name
              kind
              status
              contextSize
              sizeBytes
              memoryBytes
              costPerToken
            }
          }
        }
      `,
      variables: {},
      answer: ({ systemStatus }: { readonly systemStatus: { readonly models: readonly ModelData[] } }) => ({
        models: systemStatus.models.map(legacyModel),
      }),
    }),
  }),

  defineRoute({
    method: 'GET',
    path: '/admin/status',
    tag: 'Administration',
    summary: 'The machine that the models run on, and what they do; for admins.',
    answer: {
      type: 'object',
      additionalProperties: false,
      required: [
        'version',
        'started_at',
        'processors',
        'load_average',
        'memory_bytes',
        'free_memory_bytes',
        'inference',
      ],
      properties: {
        version: { type: 'string' },
        started_at: { type: 'string' },
        processors: { type: 'integer', minimum: 1 },
        load_average: { type: 'number', minimum: 0, description: 'Over the last minute.' },
        memory_bytes: BYTES,
        free_memory_bytes: BYTES,
        inference: statusSchema.result,
      },
    },
    ask: () => ({
      kind: 'whole',
      document: /* GraphQL */ `
        query RestAdminStatus {
          systemStatus {
            version
            startedAt
            processors
            loadAverage
            memoryBytes
            freeMemoryBytes
            inference {
              loaded
              memoryBytes
              threads
              active
              queued
              tokens
            }
          }
        }
      `,
      variables: {},
      answer: ({ systemStatus: status }: SystemData) => ({
        version: status.version,
        started_at: status.startedAt,
        processors: status.processors,
        load_average: status.loadAverage,
        memory_bytes: status.memoryBytes,
        free_memory_bytes: status.freeMemoryBytes,
        inference: legacyStatus(status.inference),
      }),
    }),
  }),
];
