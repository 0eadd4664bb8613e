import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  stop(): Promise<void>;
}

interface GraphQLBody {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: Record<string, unknown>;
  }[];
}

const ADMIN = { email: 'admin@devstudio.test', password: 'a password for tests' };

/** The whole studio in this process: the real services on a fresh database, the real model, a free port. */
export const startStudio = async (options: { readonly log?: Log } = {}): Promise<TestStudio> => {
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
  });

  const graphql: TestStudio['graphql'] = async (query, { variables, token } = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    // The boundary: what the server answered is what the test looks at.
    return { status: response.status, body: (await response.json()) as GraphQLBody };
  };

  return {
    url: gateway.url,
    admin: ADMIN,
    database,
    config,
    gateway,
    graphql,
    login: async (email = ADMIN.email, password = ADMIN.password) => {
      const { body } = await graphql(
        'mutation ($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }',
        { variables: { email, password } },
      );
      const session = body.data?.['login'] as { accessToken: string } | null | undefined;
      if (!session) throw new Error(`login failed: ${JSON.stringify(body)}`);
      return session.accessToken;
    },
    stop: async () => {
      await gateway.stop(1_000);
      await Promise.all(subgraphs.map((subgraph) => subgraph.stop()));
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
};
