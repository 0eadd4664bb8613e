import { join } from 'node:path';
import { readConfig } from '#mesh/config.ts';
import { migrate } from '#mesh/database/migrations.ts';
import { createLog } from '#mesh/log.ts';
import { openSecret } from '#mesh/secret.ts';
import { ensureFirstAdmin } from '#subgraphs/users/first-admin.ts';
import { readArguments } from './arguments.ts';
import type { Run } from './command.ts';
import { openDatabase } from './database.ts';
import { prepareHome } from './home.ts';
import { adminLines } from './ready-block.ts';
import { lockHome } from './supervisor/lock.ts';
import { choosePorts } from './supervisor/ports.ts';

/** What `start` does before it starts services, for a mesh whose services run elsewhere. */
export const run: Run = async ({ root, args }) => {
  readArguments(args, {});
  const given = readConfig(process.env, root);
  await using stack = new AsyncDisposableStack();
  const config = { ...given, home: await prepareHome(given.home), ports: await choosePorts(given, { services: [] }) };
  if (config.databaseUrl === undefined) stack.use(await lockHome(config.home));
  const log = createLog('migrate', config.logLevel === 'info' ? 'warn' : config.logLevel);
  const secret = await openSecret(config);
  const database = await openDatabase(config, secret, log);
  stack.defer(() => database.stop());
  const { applied } = await migrate(database.url, secret, join(root, 'migrations'));
  const admin = await ensureFirstAdmin({ databaseUrl: database.url, secret, log, admin: config.admin });
  console.log(`The database is up to date; ${applied} migration${applied === 1 ? '' : 's'} applied.`);
  if (admin.outcome === 'made') console.log(adminLines(admin).join('\n'));
  return 0;
};
