import { resolve } from 'node:path';
import { z } from 'zod';
import { readAddressList, type AddressList } from './address.ts';

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

/** What a `From` header may hold: an address, or a name with an address in angle brackets. */
const SENDER = /^(?:[^<>\r\n]{0,200}<[^<>\s@]{1,64}@[^<>\s@]{1,189}>|[^<>\s@]{1,64}@[^<>\s@]{1,189})$/;

/** Where a provider may be asked without encryption: on this machine. */
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const oneLine = (most: number) =>
  z
    .string()
    .regex(/^[^\p{C}]+$/u, 'one line of text')
    .max(most, `at most ${most} characters`);

/** `development` answers every document within the limits; `production` only those that were made known to it. */
const MODES = ['development', 'production'] as const;

/** Origins as browsers write them, between commas; undefined when one is none. */
const readOrigins = (text: string): readonly string[] | undefined => {
  const origins = text.split(',').map((origin) => origin.trim());
  const areWhole = origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin);
  return areWhole ? origins : undefined;
};

/** What the models may take of the memory: so many bytes, or a share of what there is (0 to 1). */
export type ModelMemory = { readonly bytes: number } | { readonly share: number };

const SIZES: Readonly<Record<string, number>> = { M: 1024 ** 2, G: 1024 ** 3 };

/** A size or a share; undefined where it is neither. */
const readModelMemory = (text: string): ModelMemory | undefined => {
  const share = /^([1-9]\d?|100)%$/.exec(text)?.[1];
  if (share !== undefined) return { share: Number(share) / 100 };
  const [, amount, unit = ''] = /^([1-9]\d{0,5})([MG])$/.exec(text) ?? [];
  const size = SIZES[unit];
  return amount === undefined || size === undefined ? undefined : { bytes: Number(amount) * size };
};

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const Environment = z.object({
  DEVSTUDIO_HOME: z.string().min(1, 'a folder').default('.devstudio'),
  DEVSTUDIO_HOST: z.string().min(1, 'an address to listen on').default('127.0.0.1'),
  DEVSTUDIO_TRUSTED_PROXIES: z
    .string()
    .transform(readAddressList)
    .refine((list) => list !== undefined, 'addresses and networks (10.0.0.0/8) between commas, or loopback')
    .optional(),
  DEVSTUDIO_LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
  DEVSTUDIO_MODE: z.enum(MODES, MODES.join(' or ')).default('development'),
  DEVSTUDIO_DOCUMENTS: z.string().min(1, 'a folder').optional(),
  DEVSTUDIO_MAX_COST: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'a whole number from 1 to 999999999')
    .transform(Number)
    .default(10_000),
  DEVSTUDIO_CORS_ORIGINS: z
    .string()
    .transform(readOrigins)
    .refine((origins) => origins !== undefined, 'exact origins (https://app.example.org) between commas, and never *')
    .optional(),
  DEVSTUDIO_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  DEVSTUDIO_METRICS_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,}$/, 'at least 32 characters without spaces')
    .optional(),
  DEVSTUDIO_MODELS_DIR: z.string().min(1, 'a folder').optional(),
  DEVSTUDIO_MODEL_MEMORY: z
    .string()
    .transform(readModelMemory)
    .refine((limit) => limit !== undefined, 'a size like 6G or 512M, or a share like 75%')
    .optional(),
  DEVSTUDIO_MODEL_IDLE_MINUTES: z
    .string()
    .regex(/^\d{1,6}$/, 'minutes from 0 (never) to 999999')
    .transform(Number)
    .default(30),
  DEVSTUDIO_REQUEST_LOG_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'days from 1 to 9999')
    .transform(Number)
    .default(30),
  DEVSTUDIO_MODEL_ON_DEMAND: z.stringbool('true or false').default(true),
  DEVSTUDIO_MICRO_WARM: z
    .string()
    .regex(/^[0-8]$/, 'a number from 0 to 8')
    .transform(Number)
    .optional(),
  DEVSTUDIO_TERMINAL_IDLE_MINUTES: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'minutes from 1 to 9999')
    .transform(Number)
    .default(15),
  DEVSTUDIO_EXECUTIONS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'a number from 1 to 999')
    .transform(Number)
    .optional(),
  DEVSTUDIO_EXECUTIONS_PER_USER: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'a number from 1 to 999')
    .transform(Number)
    .optional(),
  DEVSTUDIO_EXECUTION_DAYS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'days from 1 to 9999')
    .transform(Number)
    .default(30),
  HF_ENDPOINT: httpUrl.default('https://huggingface.co'),
  HF_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{1,512}$/, 'a token without spaces')
    .optional(),
  DEVSTUDIO_ADMIN_EMAIL: z.email('an e-mail address').max(254, 'at most 254 characters').optional(),
  DEVSTUDIO_ADMIN_PASSWORD: z
    .string()
    .min(10, 'at least 10 characters')
    .max(1024, 'at most 1024 characters')
    .optional(),
  DEVSTUDIO_PUBLIC_URL: httpUrl.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'an smtp:// or smtps:// address' }).optional(),
  SMTP_FROM: z.string().regex(SENDER, 'an e-mail address, or a name and <address>').optional(),
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
  // Kept letter for letter: a provider that names itself with a closing slash means it.
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'an https address' })
    .refine((text) => {
      const { protocol, hostname } = new URL(text);
      return protocol === 'https:' || LOOPBACK.has(hostname);
    }, 'an https address, or an http address of this machine')
    .optional(),
  OIDC_CLIENT_ID: oneLine(512).optional(),
  OIDC_CLIENT_SECRET: oneLine(1024).optional(),
  OIDC_NAME: oneLine(40).optional(),
  OIDC_CREATE_ACCOUNTS: z.stringbool('true or false').default(false),
  OIDC_DEFAULT_ROLE: z.enum(['DEVELOPER', 'VIEWER'], 'DEVELOPER or VIEWER').default('VIEWER'),
});

/** Where mail goes out and who it is from. */
export interface MailConfig {
  /** May hold a password: never logged. */
  readonly smtpUrl: string;
  readonly from: string;
}

/** The identity provider that one may sign in with (OpenID Connect). */
export interface OidcConfig {
  /** As the provider writes it. */
  readonly issuer: string;
  readonly clientId: string;
  /** `undefined` for a client that has none, and is known by PKCE alone. */
  readonly clientSecret: string | undefined;
  /** What the sign-in page calls it. */
  readonly name: string;
  /** Whether somebody without an account is given one. */
  readonly createAccounts: boolean;
  /** Of the accounts that are made so. */
  readonly defaultRole: 'DEVELOPER' | 'VIEWER';
}

/** Everything that a start decides, read once. Paths are absolute. */
export interface Config {
  /** Where every file of a run lies. */
  readonly home: string;
  readonly modelsDir: string;
  /** What the workers of all models may take together. */
  readonly modelMemory: ModelMemory;
  /** After so many minutes without a request a model is unloaded; 0 for never. */
  readonly modelIdleMinutes: number;
  /** How long requests to models stay in their log. */
  readonly requestLogDays: number;
  /** Whether a request loads its model; otherwise admins alone do. */
  readonly modelsOnDemand: boolean;
  /** How many virtual machines of the engine micro wait for a job; undefined for as many as suit the host. */
  readonly microWarm: number | undefined;
  /** After so many minutes in which nobody reads or types, a terminal is ended. */
  readonly terminalIdleMinutes: number;
  /** How many programs run at the same time, of all users and of one; undefined for as many as suit the host. */
  readonly executions: number | undefined;
  readonly executionsPerUser: number | undefined;
  /** How long executions stay in their history. */
  readonly executionDays: number;
  /** Where models are downloaded from, without a slash at the end, and what lets one in there. */
  readonly hub: { readonly endpoint: string; readonly token: string | undefined };
  readonly host: string;
  /** Where people reach the studio; links that are mailed point there. No slash at the end. */
  readonly publicUrl: string;
  /** `undefined` when this installation mails nothing. */
  readonly mail: MailConfig | undefined;
  /** The reverse proxies that are believed when they say where a request comes from; undefined for none. */
  readonly trustedProxies: AddressList | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly mode: (typeof MODES)[number];
  /** A folder of further documents that production mode answers. */
  readonly documents: string | undefined;
  /** What one GraphQL operation may cost. */
  readonly maxCost: number;
  /** Origins whose pages may read what the gateway answers. */
  readonly corsOrigins: readonly string[];
  readonly ports: Readonly<Record<ServiceName | 'postgres', number>>;
  /** Where the gateway finds a subgraph that runs in another process. */
  readonly urls: Readonly<Record<SubgraphName, string>>;
  /** An administrator's connection, `undefined` for the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Set for a mesh over several machines; otherwise a file under `home` holds it. */
  readonly secret: string | undefined;
  /** What a collector of metrics may send in the place of an admin's credential. */
  readonly metricsToken: string | undefined;
  readonly admin: { readonly email: string | undefined; readonly password: string | undefined };
  readonly oidc: OidcConfig | undefined;
}

/** Where a program of this machine reaches what listens on an address, as it stands in a URL. */
export const reachable = (host: string): string => {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
};

/** Values that may stand in an error message; what else was given is a secret. */
const SECRETS = new Set([
  'SMTP_URL',
  'DEVSTUDIO_SECRET',
  'DEVSTUDIO_METRICS_TOKEN',
  'DEVSTUDIO_ADMIN_PASSWORD',
  'DATABASE_URL',
  'HF_TOKEN',
  'OIDC_CLIENT_SECRET',
]);

/** The provider, when issuer and client id are there; one of them alone is a mistake. */
const oidcOf = (values: z.infer<typeof Environment>): OidcConfig | undefined => {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId } = values;
  if (issuer === undefined && clientId === undefined) return undefined;
  if (issuer === undefined || clientId === undefined) {
    const [there, missing] =
      issuer === undefined ? ['OIDC_CLIENT_ID', 'OIDC_ISSUER'] : ['OIDC_ISSUER', 'OIDC_CLIENT_ID'];
    throw new ConfigurationError(`${there} is set but ${missing} is not: set both, or neither.`);
  }
  return {
    issuer,
    clientId,
    clientSecret: values.OIDC_CLIENT_SECRET,
    name: values.OIDC_NAME ?? new URL(issuer).hostname,
    createAccounts: values.OIDC_CREATE_ACCOUNTS,
    defaultRole: values.OIDC_DEFAULT_ROLE,
  };
};

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
  const { SMTP_URL: smtpUrl, SMTP_FROM: from } = values;
  if (smtpUrl !== undefined && from === undefined) {
    throw new ConfigurationError('SMTP_FROM is not set; with SMTP_URL it must be the address that mail is from.');
  }
  const at = (url: string | undefined, fallback: number): string => url ?? `http://${host}:${fallback}`;
  return {
    home,
    modelsDir: resolve(root, values.DEVSTUDIO_MODELS_DIR ?? `${home}/models`),
    modelMemory: values.DEVSTUDIO_MODEL_MEMORY ?? { share: 0.75 },
    requestLogDays: values.DEVSTUDIO_REQUEST_LOG_DAYS,
    modelIdleMinutes: values.DEVSTUDIO_MODEL_IDLE_MINUTES,
    modelsOnDemand: values.DEVSTUDIO_MODEL_ON_DEMAND,
    microWarm: values.DEVSTUDIO_MICRO_WARM,
    terminalIdleMinutes: values.DEVSTUDIO_TERMINAL_IDLE_MINUTES,
    executions: values.DEVSTUDIO_EXECUTIONS,
    executionsPerUser: values.DEVSTUDIO_EXECUTIONS_PER_USER,
    executionDays: values.DEVSTUDIO_EXECUTION_DAYS,
    hub: { endpoint: values.HF_ENDPOINT, token: values.HF_TOKEN },
    host: values.DEVSTUDIO_HOST,
    publicUrl: values.DEVSTUDIO_PUBLIC_URL ?? `http://${host}:${values.GATEWAY_PORT}`,
    mail: smtpUrl !== undefined && from !== undefined ? { smtpUrl, from } : undefined,
    trustedProxies: values.DEVSTUDIO_TRUSTED_PROXIES,
    logLevel: values.DEVSTUDIO_LOG_LEVEL,
    mode: values.DEVSTUDIO_MODE,
    documents: values.DEVSTUDIO_DOCUMENTS === undefined ? undefined : resolve(root, values.DEVSTUDIO_DOCUMENTS),
    maxCost: values.DEVSTUDIO_MAX_COST,
    corsOrigins: values.DEVSTUDIO_CORS_ORIGINS ?? [],
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
    metricsToken: values.DEVSTUDIO_METRICS_TOKEN,
    admin: { email: values.DEVSTUDIO_ADMIN_EMAIL, password: values.DEVSTUDIO_ADMIN_PASSWORD },
    oidc: oidcOf(values),
  };
};
