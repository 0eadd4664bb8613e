import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { RateLimits } from '#gateway/rates/limits.ts';
import { startGateway, type Gateway } from '#gateway/server.ts';
import { readConfig, type Config } from '#mesh/config.ts';
import { createLog, type Log } from '#mesh/log.ts';
import type { Subgraph } from '#mesh/service.ts';
import { startAgents } from '#subgraphs/agents/server.ts';
import { startModels } from '#subgraphs/models/server.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';
import { ensureFirstAdmin } from '#subgraphs/users/first-admin.ts';
import { startUsers } from '#subgraphs/users/server.ts';
import { freshDatabase, type TestDatabase } from './database.ts';

export interface TestStudio {
  readonly url: string;
  readonly admin: { readonly email: string; readonly password: string };
  readonly database: TestDatabase;
  readonly config: Config;
  readonly gateway: Gateway;
  /** Logs in and answers the access token. */
  login(email?: string, password?: string): Promise<string>;
  /** POSTs a GraphQL operation and answers status and body. */
  graphql(
    query: string,
    options?: { readonly variables?: Record<string, unknown>; readonly token?: string },
  ): Promise<{ readonly status: number; readonly body: GraphQLBody }>;
  /** POSTs bare params to `/rpc/<method>` and answers status and body. */
  rpc(
    method: string,
    params: unknown,
    token?: string,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Readonly<Record<string, unknown>> }>;
  stop(): Promise<void>;
}

const GraphQLBody = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.unknown()).optional(),
        extensions: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
});
type GraphQLBody = z.infer<typeof GraphQLBody>;

const Login = z.object({ login: z.object({ accessToken: z.string() }) });

const ADMIN = { email: 'admin@devstudio.test', password: 'a password for tests' };

/** The whole studio in this process: the real services on a fresh database, the real model, a free port. */
export const startStudio = async (
  options: {
    readonly log?: Log;
    readonly rates?: RateLimits;
    /** Variables beside those of the harness. */
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): Promise<TestStudio> => {
  const root = join(import.meta.dirname, '../..');
  const database = await freshDatabase();
  const home = await mkdtemp(join(tmpdir(), 'devstudio-home-'));
  const log = options.log ?? createLog('test', 'silent');
  const config = readConfig(
    {
      DEVSTUDIO_HOME: home,
      GATEWAY_PORT: '0',
      DEVSTUDIO_LOG_LEVEL: 'silent',
      DEVSTUDIO_SECRET: database.secretText,
      DATABASE_URL: database.url,
      ...options.env,
    },
    root,
  );
  const common = { config, databaseUrl: database.url, secret: database.secret, log };
  await ensureFirstAdmin({ ...common, admin: ADMIN });
  const subgraphs: readonly Subgraph[] = await Promise.all([
    startUsers(common),
    startModels(common),
    startSandbox(common),
    startAgents(common),
  ]);
  const gateway = await startGateway({
    config,
    secret: database.secret,
    log,
    local: new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph])),
    studio: join(root, 'studio/dist'),
    ...(options.rates ? { rates: options.rates } : {}),
  });

  const post = async (path: string, body: unknown, token?: string) => {
    const response = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, json: await response.json() };
  };
  const graphql: TestStudio['graphql'] = async (query, { variables, token } = {}) => {
    const { status, json } = await post('/graphql', { query, variables }, token);
    return { status, body: GraphQLBody.parse(json) };
  };

  return {
    url: gateway.url,
    admin: ADMIN,
    database,
    config,
    gateway,
    graphql,
    rpc: async (method, params, token) => {
      const { status, headers, json } = await post(`/rpc/${method}`, params, token);
      return { status, headers, body: z.record(z.string(), z.unknown()).parse(json) };
    },
    login: async (email = ADMIN.email, password = ADMIN.password) => {
      const { body } = await graphql(
        'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
        { variables: { email, password } },
      );
      return Login.parse(body.data).login.accessToken;
    },
    stop: async () => {
      await gateway.stop(1_000);
      await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
};
