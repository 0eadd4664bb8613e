import {
  BackendTerminatedError,
  BackendTerminatedUnexpectedlyError,
  ConnectionError,
  createPool,
  SchemaValidationError,
  type DatabasePool,
  type Interceptor,
} from 'slonik';
import type { SubgraphName } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import type { Secret } from '#mesh/secret.ts';

export type { CommonQueryMethods as Queries, DatabasePool as Database } from 'slonik';

/** slonik validates rows only with an interceptor like this one; without it a wrong row passes silently. */
const resultParser: Interceptor = {
  name: 'result-parser',
  transformRowAsync: async (context, query, row) => {
    const { resultParser: parser } = context;
    if (!parser) return row;
    const result = await parser['~standard'].validate(row);
    if (result.issues) throw new SchemaValidationError(query, row, result.issues);
    // slonik types rows as records of primitives; the parser has just decided what this row is.
    return result.value as typeof row;
  },
};

const LOST = [ConnectionError, BackendTerminatedError, BackendTerminatedUnexpectedlyError];

/** The role that a service connects as. Roles belong to the whole server, not to one database. */
export const roleOf = (service: SubgraphName): string => `devstudio_${service}`;

/**
 * A service's own connection: the administrator's address with the service's role and derived password.
 * @param address any `postgres://` address of the database
 */
export const serviceAddress = (address: string, service: SubgraphName, secret: Secret): string => {
  const url = new URL(address);
  url.username = roleOf(service);
  url.password = secret(`database:${service}`).toString('base64url');
  return url.href;
};

/**
 * A pool whose rows are validated. Small on purpose: 12 connections settle more token reservations a second
 * than 100 do, since they queue here instead of on one row's lock.
 */
export const openPool = async (address: string, log: Log, maxPoolSize = 12): Promise<DatabasePool> => {
  const pool = await createPool(address, {
    interceptors: [resultParser],
    maxPoolSize,
    statementTimeout: 30_000,
    captureStackTrace: false,
    // Nothing here changes a connection's settings or locks beyond its transaction. Slonik's DISCARD ALL would throw away
    // the plans of every function too, which the next call makes anew: it costs more than a reservation itself.
    resetConnection: async () => {},
  });
  // Lost connections are replaced on the next query; without a listener Node would end the process. The pool tells of
  // failed queries as well, which whoever asked hears of anyway.
  pool.on('error', (error) => {
    if (LOST.some((kind) => error instanceof kind))
      log.warn({ error: error.message }, 'a database connection was lost');
  });
  return pool;
};
