import type { Config, ServiceName } from '#mesh/config.ts';

/** What a service process must not know: the owner's ways into the database, and the first admin's password. */
const WITHHELD = ['DEVSTUDIO_ADMIN_EMAIL', 'DEVSTUDIO_ADMIN_PASSWORD', 'PGPASSWORD', 'PGPASSFILE', 'PGUSER'];

/** Secrets of one service, which no process without that service is given. */
const SECRETS: Readonly<Record<string, ServiceName>> = {
  SMTP_URL: 'users',
  OIDC_CLIENT_SECRET: 'users',
  HF_TOKEN: 'models',
};

/** Address parameters that carry what user and password would. */
const CREDENTIALS = ['user', 'password', 'passfile'];

/** A database's address without the credentials in it; services add their own. */
export const withoutCredentials = (address: string): string => {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  for (const name of CREDENTIALS) url.searchParams.delete(name);
  return url.href;
};

/**
 * The environment of a service process: the supervisor's, with decisions made (paths absolute, ports chosen) and the
 * owner's credentials and other services' secrets left out.
 * @param databaseUrl the owner's address
 * @param services what the process hosts
 */
export const serviceEnvironment = (
  env: NodeJS.ProcessEnv,
  config: Pick<Config, 'home' | 'modelsDir' | 'ports'>,
  databaseUrl: string,
  services: readonly ServiceName[],
): NodeJS.ProcessEnv => {
  const isKept = (name: string): boolean => {
    const service = SECRETS[name];
    return !WITHHELD.includes(name) && (service === undefined || services.includes(service));
  };
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name)));
  return {
    ...kept,
    DATABASE_URL: withoutCredentials(databaseUrl),
    DEVSTUDIO_HOME: config.home,
    DEVSTUDIO_MODELS_DIR: config.modelsDir,
    GATEWAY_PORT: String(config.ports.gateway),
    USERS_PORT: String(config.ports.users),
    MODELS_PORT: String(config.ports.models),
    SANDBOX_PORT: String(config.ports.sandbox),
    AGENTS_PORT: String(config.ports.agents),
  };
};
