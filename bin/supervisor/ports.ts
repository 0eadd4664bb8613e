import { createServer, type AddressInfo, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError, type Config, type ServiceName } from '#mesh/config.ts';

type PortName = ServiceName | 'postgres';

/** The services of a supervisor that was killed end within a second; so long a port may still be theirs. */
const PATIENCE_MS = 2_000;
const RETRY_MS = 100;

const listen = (host: string, port: number): Promise<Server> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(port, host, () => done(server));
  });

/** Binds a port; it is free again once the answer is closed. */
const hold = async (host: string, port: number, variable: string, until: number): Promise<Server> => {
  for (;;) {
    try {
      return await listen(host, port);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EADDRINUSE') {
        throw new ConfigurationError(
          `cannot listen on ${host}:${port} (${String(code)}): set DEVSTUDIO_HOST and ${variable} to an address of this machine.`,
        );
      }
      if (performance.now() > until) {
        throw new ConfigurationError(
          `${host}:${port} is taken by another program: set ${variable} to a free port, or end that program.`,
        );
      }
      await delay(RETRY_MS);
    }
  }
};

const SERVICES = ['gateway', 'users', 'models', 'sandbox', 'agents'] as const;

export interface PortOptions {
  /** Which services are going to listen; all when left out. */
  readonly services?: readonly ServiceName[];
  /** How long a taken port may take to become free. */
  readonly patienceMs?: number;
}

/**
 * Makes sure of every port before anything is started, so that a taken one ends the start with nothing to undo, and
 * replaces each 0 by a free port, since the processes have to know each other's.
 * @throws ConfigurationError that names the variable of a port that is taken
 */
export const choosePorts = async (
  config: Pick<Config, 'host' | 'ports' | 'databaseUrl'>,
  { services = SERVICES, patienceMs = PATIENCE_MS }: PortOptions = {},
): Promise<Config['ports']> => {
  const until = performance.now() + patienceMs;
  const held: Server[] = [];
  const ports: Record<PortName, number> = { ...config.ports };
  const choose = async (name: PortName, host: string): Promise<void> => {
    const server = await hold(host, ports[name], `${name.toUpperCase()}_PORT`, until);
    held.push(server);
    // A listening TCP server has an AddressInfo; only pipes have a string.
    ports[name] = (server.address() as AddressInfo).port;
  };
  try {
    for (const name of services) await choose(name, config.host);
    // PostgreSQL checks its own port, and waits for a predecessor that is still ending.
    if (config.databaseUrl === undefined && ports.postgres === 0) await choose('postgres', '127.0.0.1');
    return ports;
  } finally {
    await Promise.all(held.map((server) => new Promise<void>((done) => server.close(() => done()))));
  }
};
