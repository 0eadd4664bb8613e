import { resolve } from 'node:path';
import { z } from 'zod';

/** The services of the mesh that own data, each with a port, a PostgreSQL schema and a role. */
export const SUBGRAPHS = ['users', 'models', 'sandbox', 'agents'] as const;
export type SubgraphName = (typeof SUBGRAPHS)[number];
export type ServiceName = 'gateway' | SubgraphName;

/** A setting that cannot be used. Its message is one line that names the variable, its value and what it may be. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

const port = (standard: number) =>
  z
    .string()
    .regex(/^\d{1,5}$/, 'a port from 0 to 65535')
    .transform(Number)
    .refine((value) => value <= 65_535, 'a port from 0 to 65535')
    .default(standard);

const httpUrl = z
  .url({ protocol: /^https?$/, error: 'an http or https address' })
  .transform((text) => text.replace(/\/+$/, ''));

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const Environment = z.object({
  DEVSTUDIO_HOME: z.string().min(1, 'a folder').default('.devstudio'),
  DEVSTUDIO_HOST: z.string().min(1, 'an address to listen on').default('127.0.0.1'),
  DEVSTUDIO_LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
  DEVSTUDIO_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  DEVSTUDIO_MODELS_DIR: z.string().min(1, 'a folder').optional(),
  DEVSTUDIO_ADMIN_EMAIL: z.email('an e-mail address').max(254, 'at most 254 characters').optional(),
  DEVSTUDIO_ADMIN_PASSWORD: z
    .string()
    .min(10, 'at least 10 characters')
    .max(1024, 'at most 1024 characters')
    .optional(),
  GATEWAY_PORT: port(6813),
  USERS_PORT: port(6971),
  MODELS_PORT: port(6988),
  SANDBOX_PORT: port(6842),
  AGENTS_PORT: port(6857),
  POSTGRES_PORT: port(6472),
  USERS_URL: httpUrl.optional(),
  MODELS_URL: httpUrl.optional(),
  SANDBOX_URL: httpUrl.optional(),
  AGENTS_URL: httpUrl.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'a postgres:// address' }).optional(),
});

/** Everything that a start decides, read once. Paths are absolute. */
export interface Config {
  /** Where every file of a run lies. */
  readonly home: string;
  readonly modelsDir: string;
  readonly host: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly ports: Readonly<Record<ServiceName | 'postgres', number>>;
  /** Where the gateway finds a subgraph that runs in another process. */
  readonly urls: Readonly<Record<SubgraphName, string>>;
  /** An administrator's connection, `undefined` for the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Set for a mesh over several machines; otherwise a file under `home` holds it. */
  readonly secret: string | undefined;
  readonly admin: { readonly email: string | undefined; readonly password: string | undefined };
}

/** Where a program of this machine reaches what listens on an address, as it stands in a URL. */
export const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};

/** Values that may stand in an error message; what else was given is a secret. */
const SECRETS = new Set(['DEVSTUDIO_SECRET', 'DEVSTUDIO_ADMIN_PASSWORD', 'DATABASE_URL']);

/**
 * Reads and validates the environment.
 * @param env the variables, `process.env` in a real start
 * @param root the folder that relative paths are relative to
 * @throws ConfigurationError on the first variable that has no meaning
 */
export const readConfig = (env: NodeJS.ProcessEnv, root: string): Config => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0] ?? 'the environment');
    const was = SECRETS.has(name) ? '(not shown)' : JSON.stringify(given[name]);
    throw new ConfigurationError(`${name} is ${was}; it must be ${issue?.message ?? 'valid'}.`);
  }
  const values = parsed.data;
  const home = resolve(root, values.DEVSTUDIO_HOME);
  const host = reachable(values.DEVSTUDIO_HOST);
  const at = (url: string | undefined, fallback: number): string => url ?? `http://${host}:${fallback}`;
  return {
    home,
    modelsDir: resolve(root, values.DEVSTUDIO_MODELS_DIR ?? `${home}/models`),
    host: values.DEVSTUDIO_HOST,
    logLevel: values.DEVSTUDIO_LOG_LEVEL,
    ports: {
      gateway: values.GATEWAY_PORT,
      users: values.USERS_PORT,
      models: values.MODELS_PORT,
      sandbox: values.SANDBOX_PORT,
      agents: values.AGENTS_PORT,
      postgres: values.POSTGRES_PORT,
    },
    urls: {
      users: at(values.USERS_URL, values.USERS_PORT),
      models: at(values.MODELS_URL, values.MODELS_PORT),
      sandbox: at(values.SANDBOX_URL, values.SANDBOX_PORT),
      agents: at(values.AGENTS_URL, values.AGENTS_PORT),
    },
    databaseUrl: values.DATABASE_URL,
    secret: values.DEVSTUDIO_SECRET,
    admin: { email: values.DEVSTUDIO_ADMIN_EMAIL, password: values.DEVSTUDIO_ADMIN_PASSWORD },
  };
};
