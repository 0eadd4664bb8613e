/** A process of its own with our gateway, as the product starts it but for the limits on how often one may ask. */
import { readConfig } from '#mesh/config.ts';
import { createLog } from '#mesh/log.ts';
import { secretFrom } from '#mesh/secret.ts';
import { RATE_LIMITS } from '#gateway/rates/limits.ts';
import { startGateway } from '#gateway/server.ts';

const [home = '', supergraph = ''] = process.argv.slice(2);
const UNLIMITED = Number.MAX_SAFE_INTEGER / 1_000;

const gateway = await startGateway({
  config: readConfig(process.env, home),
  secret: secretFrom('the secret of the benchmark, long enough'),
  log: createLog('bench', 'error'),
  local: new Map(),
  studio: `${home}/no-studio`,
  supergraph,
  rates: { ...RATE_LIMITS, principal: UNLIMITED, address: UNLIMITED, anonymousStreams: UNLIMITED },
});
process.send?.({ url: gateway.url });
