import type { Config } from '#mesh/config.ts';
import { checkEmbedded } from '#mesh/database/postgres-binaries.ts';
import { checkDatabase } from '#mesh/database/migrations.ts';
import { missing, ok, type Finding } from './finding.ts';

export const checkDatabaseOf = async ({ databaseUrl }: Config): Promise<Finding> => {
  try {
    if (databaseUrl === undefined) return ok('Database', `embedded, ${await checkEmbedded()}`);
    await checkDatabase(databaseUrl);
    return ok('Database', 'DATABASE_URL answers and is new enough');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const split = message.lastIndexOf(': ');
    return split < 0
      ? missing('Database', message, 'see docs/guides/operations.md')
      : missing('Database', message.slice(0, split), message.slice(split + 2));
  }
};
