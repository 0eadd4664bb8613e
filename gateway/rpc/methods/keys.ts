import createKeySchema from '#schemas/rpc/auth.create_key.json' with { type: 'json' };
import listKeysSchema from '#schemas/rpc/auth.list_keys.json' with { type: 'json' };
import revokeKeySchema from '#schemas/rpc/auth.revoke_key.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface ApiKey {
  readonly id: string;
  readonly user: { readonly id: string };
  readonly name: string;
  readonly prefix: string;
  readonly models: readonly string[] | null;
  readonly scopes: readonly string[];
  readonly tokenBudget: number | null;
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

const KEY = /* GraphQL */ `
  id
  user {
    id
  }
  name
  prefix
  models
  scopes
  tokenBudget
  requestsPerMinute
  tokensPerMinute
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
`;

const keyResult = (key: ApiKey) => ({
  id: key.id,
  user_id: key.user.id,
  name: key.name,
  prefix: key.prefix,
  models: key.models,
  scopes: key.scopes,
  token_budget: key.tokenBudget,
  requests_per_minute: key.requestsPerMinute,
  tokens_per_minute: key.tokensPerMinute,
  created_at: key.createdAt,
  expires_at: key.expiresAt,
  last_used_at: key.lastUsedAt,
  revoked_at: key.revokedAt,
});

interface CreateKeyParams {
  readonly name: string;
  readonly user_id?: string;
  readonly models?: readonly string[];
  readonly scopes?: readonly string[];
  readonly token_budget?: number;
  readonly requests_per_minute?: number;
  readonly tokens_per_minute?: number;
  readonly expires_at?: string;
}

export const keyMethods = [
  defineMethod({
    schema: createKeySchema,
    document: /* GraphQL */ `
      mutation RpcCreateKey($input: CreateApiKeyInput!) {
        createApiKey(input: $input) {
          secret
          apiKey { ${KEY} }
        }
      }
    `,
    variables: (params: CreateKeyParams) => ({
      input: {
        name: params.name,
        userId: params.user_id,
        models: params.models,
        scopes: params.scopes,
        tokenBudget: params.token_budget,
        requestsPerMinute: params.requests_per_minute,
        tokensPerMinute: params.tokens_per_minute,
        expiresAt: params.expires_at,
      },
    }),
    result: ({ createApiKey }: { readonly createApiKey: { readonly secret: string; readonly apiKey: ApiKey } }) => ({
      secret: createApiKey.secret,
      key: keyResult(createApiKey.apiKey),
    }),
  }),
  defineMethod({
    schema: revokeKeySchema,
    document: /* GraphQL */ `
      mutation RpcRevokeKey($id: ID!) {
        revokeApiKey(id: $id) { ${KEY} }
      }
    `,
    variables: ({ id }: { readonly id: string }) => ({ id }),
    result: ({ revokeApiKey }: { readonly revokeApiKey: ApiKey }) => ({ key: keyResult(revokeApiKey) }),
  }),
  defineMethod({
    schema: listKeysSchema,
    document: /* GraphQL */ `
      query RpcListKeys {
        me {
          apiKeys { ${KEY} }
        }
      }
    `,
    variables: () => ({}),
    result: ({ me }: { readonly me: { readonly apiKeys: readonly ApiKey[] } }) => ({ keys: me.apiKeys.map(keyResult) }),
  }),
];
