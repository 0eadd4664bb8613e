import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readConfig } from '#mesh/config.ts';
import { IDENTITY_HEADER, signIdentity, type Caller, type Client } from '#mesh/identity.ts';
import { createLog, type Log } from '#mesh/log.ts';
import { startUsers } from '#subgraphs/users/server.ts';
import { freshDatabase, type TestDatabase } from './database.ts';
import { HERE } from './caller.ts';

const Extensions = z.object({
  code: z.string().optional(),
  argument: z.string().optional(),
  retryAfterSeconds: z.number().optional(),
});
const Answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: Extensions.default({}) })).optional(),
});
export type Answer = z.infer<typeof Answer>;

export interface TestUsers {
  readonly database: TestDatabase;
  /** Asks as the gateway does, on behalf of a caller or of nobody. */
  ask(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    caller?: Caller | null,
    client?: Client,
  ): Promise<Answer>;
  /** Makes an account below the service and answers its id. */
  account(email: string, options?: { readonly tokens?: number; readonly status?: string }): Promise<string>;
  readiness(): Promise<{ readonly ready: boolean }>;
  stop(): Promise<void>;
}

/** Makes an account that cannot sign in, with prepaid tokens, as the database's owner. */
export const insertUser = async (
  database: TestDatabase,
  email: string,
  { tokens, status = 'ACTIVE' }: { readonly tokens?: number; readonly status?: string } = {},
): Promise<string> => {
  const [row] = await database.sql(
    "insert into users.accounts (email, password_hash, role, status) values ($1, '-', 'DEVELOPER', $2) returning id",
    [email, status],
  );
  const id = z.uuid().parse(row?.['id']);
  if (tokens !== undefined) await database.sql("select billing.grant_tokens($1, $2, 'test', null)", [id, tokens]);
  return id;
};

/** The real service of users on a database of its own. */
export const startTestUsers = async (
  log: Log = createLog('test', 'silent'),
  env: Readonly<Record<string, string>> = {},
): Promise<TestUsers> => {
  const database = await freshDatabase();
  const { url, secret } = database;
  const config = readConfig({ DEVSTUDIO_LOG_LEVEL: 'silent', ...env }, '/nowhere');
  const subgraph = await startUsers({ config, databaseUrl: url, secret, log, passwordCost: 4 });
  const key = secret('identity');
  return {
    database,
    ask: async (query, variables = {}, caller = null, client = HERE) => {
      const body = JSON.stringify({ query, variables });
      const header = signIdentity(key, 'users', { requestId: randomUUID(), caller, client }, body);
      const signal = AbortSignal.timeout(30_000);
      const response = await subgraph.handle({ headers: { [IDENTITY_HEADER]: header }, body, signal });
      return Answer.parse(await response.json());
    },
    account: (email, options) => insertUser(database, email, options),
    readiness: () => subgraph.readiness(),
    stop: async () => {
      await subgraph.stop();
      await database.drop();
    },
  };
};
