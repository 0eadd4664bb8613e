import listSchema from '#schemas/rpc/llm.list_models.json' with { type: 'json' };
import statusSchema from '#schemas/rpc/llm.status.json' with { type: 'json' };
import { METHODS } from '#gateway/rpc/methods.ts';
import { legacyModel, legacyStatus } from '#gateway/rpc/methods/models.ts';
import { defineRoute, routeOfMethod, type Route } from '../route.ts';

type ModelData = Parameters<typeof legacyModel>[0];

interface Inference {
  readonly memoryBudgetBytes: number;
  readonly cpuPercent: number;
  readonly sessions: number;
  readonly tokensPerSecond: number;
  readonly models: readonly {
    readonly name: string;
    readonly places: number;
    readonly active: number;
    readonly queued: number;
    readonly memoryBytes: number;
    readonly cpuPercent: number;
    readonly threads: number;
    readonly promptTokens: number;
    readonly completionTokens: number;
  }[];
}

interface SystemData {
  readonly systemStatus: {
    readonly version: string;
    readonly startedAt: string;
    readonly processors: number;
    readonly loadAverage: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
    readonly inference: Parameters<typeof legacyStatus>[0] & Inference;
  };
}

const ofMethod = (name: string, place: Parameters<typeof routeOfMethod>[1]): Route => {
  const method = METHODS.get(name);
  if (!method) throw new Error(`there is no method ${name}`);
  return routeOfMethod(method, place);
};

const BYTES = { type: 'integer', minimum: 0 };
const COUNT = BYTES;
const AMOUNT = { type: 'number', minimum: 0 };

const MODEL_LOAD = {
  name: { type: 'string' },
  places: COUNT,
  active: COUNT,
  queued: COUNT,
  memory_bytes: BYTES,
  cpu_percent: AMOUNT,
  threads: COUNT,
  prompt_tokens: COUNT,
  completion_tokens: COUNT,
};

/** What `llm.status` tells, and what only admins ask for. */
const INFERENCE = {
  ...statusSchema.result,
  required: [
    ...statusSchema.result.required,
    'memory_budget_bytes',
    'cpu_percent',
    'sessions',
    'tokens_per_second',
    'models',
  ],
  properties: {
    ...statusSchema.result.properties,
    memory_budget_bytes: BYTES,
    cpu_percent: AMOUNT,
    sessions: { ...COUNT, description: 'Users who have a request under way.' },
    tokens_per_second: AMOUNT,
    models: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: Object.keys(MODEL_LOAD),
        properties: MODEL_LOAD,
      },
    },
  },
};

const inferenceOf = ({
  memoryBudgetBytes,
  cpuPercent,
  sessions,
  tokensPerSecond,
  models,
  ...status
}: SystemData['systemStatus']['inference']) => ({
  ...legacyStatus(status),
  memory_budget_bytes: memoryBudgetBytes,
  cpu_percent: cpuPercent,
  sessions,
  tokens_per_second: tokensPerSecond,
  models: models.map((model) => ({
    name: model.name,
    places: model.places,
    active: model.active,
    queued: model.queued,
    memory_bytes: model.memoryBytes,
    cpu_percent: model.cpuPercent,
    threads: model.threads,
    prompt_tokens: model.promptTokens,
    completion_tokens: model.completionTokens,
  })),
});

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
        inference: INFERENCE,
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
              memoryBudgetBytes
              cpuPercent
              sessions
              tokensPerSecond
              models {
                name
                places
                active
                queued
                memoryBytes
                cpuPercent
                threads
                promptTokens
                completionTokens
              }
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
        inference: inferenceOf(status.inference),
      }),
    }),
  }),
];
