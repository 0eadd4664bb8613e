import downloadSchema from '#schemas/rpc/llm.download.json' with { type: 'json' };
import listSchema from '#schemas/rpc/llm.list_models.json' with { type: 'json' };
import startSchema from '#schemas/rpc/llm.start.json' with { type: 'json' };
import statusSchema from '#schemas/rpc/llm.status.json' with { type: 'json' };
import stopSchema from '#schemas/rpc/llm.stop.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface Models {
  readonly models: readonly {
    readonly name: string;
    readonly kind: string;
    readonly status: string;
    readonly contextSize: number;
    readonly sizeBytes: number;
    readonly memoryBytes: number | null;
    readonly costPerToken: number;
  }[];
}

interface StartParams {
  readonly model: string;
  readonly options?: { readonly context_size?: number; readonly threads?: number; readonly sequences?: number };
}

interface NameParams {
  readonly model: string;
}

interface Changed {
  readonly model: { readonly name: string; readonly status: string; readonly memoryBytes: number | null };
}

interface Download {
  readonly model: {
    readonly name: string;
    readonly status: string;
    readonly sizeBytes: number;
    readonly download: {
      readonly status: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | null;
    } | null;
  };
}

interface Status {
  readonly inferenceStatus: {
    readonly loaded: readonly string[];
    readonly memoryBytes: number;
    readonly threads: number;
    readonly active: number;
    readonly queued: number;
    readonly tokens: number;
  };
}

/** A model in the names of legacy clients. */
export const legacyModel = (model: Models['models'][number]) => ({
  name: model.name,
  kind: model.kind.toLowerCase(),
  status: model.status.toLowerCase(),
  context_size: model.contextSize,
  size_bytes: model.sizeBytes,
  memory_bytes: model.memoryBytes,
  cost_per_token: model.costPerToken,
});

/** What the models do, likewise. */
export const legacyStatus = ({ loaded, memoryBytes, ...rest }: Status['inferenceStatus']) => ({
  loaded,
  memory_bytes: memoryBytes,
  ...rest,
});

const changed = ({ model: { name, status, memoryBytes } }: Changed) => ({
  model: name,
  status: status.toLowerCase(),
  memory_bytes: memoryBytes,
});

/** Installed is what has a file, however it came there. */
const downloaded = ({ model: { name, status, sizeBytes, download } }: Download) =>
  status === 'NOT_INSTALLED' && download
    ? {
        model: name,
        status: download.status.toLowerCase(),
        received_bytes: download.receivedBytes,
        total_bytes: download.totalBytes,
      }
    : { model: name, status: 'installed', received_bytes: sizeBytes, total_bytes: sizeBytes };

export const modelMethods = [
  defineMethod({
    schema: listSchema,
    document: /* GraphQL */ `
      query RpcListModels {
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
    `,
    variables: () => ({}),
    result: ({ models }: Models) => ({ models: models.map(legacyModel) }),
  }),

  defineMethod({
    schema: downloadSchema,
    document: /* GraphQL */ `
      mutation RpcDownloadModel($name: String!) {
        model: downloadModel(name: $name) {
          name
          status
          sizeBytes
          download {
            status
            receivedBytes
            totalBytes
          }
        }
      }
    `,
    variables: ({ model }: NameParams) => ({ name: model }),
    result: downloaded,
  }),

  defineMethod({
    schema: startSchema,
    document: /* GraphQL */ `
      mutation RpcStartModel($name: String!, $options: ModelOptionsInput) {
        model: loadModel(name: $name, options: $options) {
          name
          status
          memoryBytes
        }
      }
    `,
    variables: ({ model, options }: StartParams) => ({
      name: model,
      options: options && {
        contextSize: options.context_size,
        threads: options.threads,
        sequences: options.sequences,
      },
    }),
    result: changed,
  }),

  defineMethod({
    schema: stopSchema,
    document: /* GraphQL */ `
      mutation RpcStopModel($name: String!) {
        model: unloadModel(name: $name) {
          name
          status
          memoryBytes
        }
      }
    `,
    variables: ({ model }: NameParams) => ({ name: model }),
    result: changed,
  }),

  defineMethod({
    schema: statusSchema,
    document: /* GraphQL */ `
      query RpcStatus {
        inferenceStatus {
          loaded
          memoryBytes
          threads
          active
          queued
          tokens
        }
      }
    `,
    variables: () => ({}),
    result: ({ inferenceStatus }: Status) => legacyStatus(inferenceStatus),
  }),
];
