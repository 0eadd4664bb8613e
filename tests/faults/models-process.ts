import { readConfig } from '#mesh/config.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { startModels } from '#subgraphs/models/server.ts';

/** A models service in a process of its own, to be killed: what it is to do stands in the database. */
const config = readConfig(process.env, process.cwd());
if (config.databaseUrl === undefined || config.secret === undefined)
  throw new Error('it needs a database and a secret');
await startModels({
  config,
  databaseUrl: config.databaseUrl,
  secret: secretFrom(config.secret),
  log: createLog('models', 'silent'),
});
// It takes no requests, so that nothing else keeps it running.
setInterval(() => {}, 60_000);
