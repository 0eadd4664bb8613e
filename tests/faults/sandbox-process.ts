import { readConfig } from '#mesh/config.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { serveSubgraph } from '#mesh/subgraph.ts';
import { startSandbox } from '#subgraphs/sandbox/server.ts';

/** A sandbox in a process of its own, to be killed: what ran in it is to be found out by the next. */
const config = readConfig(process.env, process.cwd());
if (config.databaseUrl === undefined || config.secret === undefined)
  throw new Error('it needs a database and a secret');
const log = createLog('sandbox', 'silent');
const secret = secretFrom(config.secret);
await serveSubgraph(await startSandbox({ config, databaseUrl: config.databaseUrl, secret, log }), config, log);
process.stdout.write('ready\n');
