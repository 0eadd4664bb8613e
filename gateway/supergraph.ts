import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ApolloGateway } from '@apollo/gateway';
import { ConfigurationError } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import { Generation } from './generation.ts';
import { watchFolder } from './watch-folder.ts';

/** The supergraph in force, and the next one as soon as its file is written. */
export interface SupergraphSource {
  current(): Generation;
  stop(): Promise<void>;
}

/**
 * @apollo/gateway refuses supergraphs whose rules it does not enforce itself. We enforce them (access/guards.ts), so
 * it is told that they are not its business.
 */
const withoutSecurityPurpose = (sdl: string): string =>
  sdl.replace(/(\/(?:authenticated|requiresScopes|policy)\/v[\d.]+"), for: SECURITY\)/g, '$1)');

/**
 * Loads a supergraph and follows its file. A new one takes over for new operations once it has proven to be whole;
 * running ones finish on theirs. A broken one is logged and changes nothing.
 * @param path the composed SDL
 * @param changed called with each generation that takes over, the first one too
 * @throws ConfigurationError when the first one cannot be used
 */
export const openSupergraph = async (
  path: string,
  log: Log,
  changed: (generation: Generation) => void,
): Promise<SupergraphSource> => {
  // Before the constructor: it would otherwise start to report to Apollo and look for a cloud to say so of.
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
  const read = (): Promise<string> => readFile(path, 'utf8');

  let next: Generation;
  try {
    next = new Generation(await read());
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new ConfigurationError(`${path} is no usable supergraph (${reason}): run \`npm run generate\`.`);
  }
  let generation = next;
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };

  const gateway = new ApolloGateway({
    logger: { ...quiet, error: (message: unknown) => log.error({ message }, 'the supergraph could not be taken over') },
    // Its plan runner is not used; the planner of each generation is ours.
    buildService: () => ({ process: () => Promise.reject(new Error('operations run through the own runner')) }),
    supergraphSdl: ({ update }) => {
      const reload = async (): Promise<void> => {
        const sdl = await read();
        if (sdl === generation.sdl) return;
        next = new Generation(sdl);
        update(withoutSecurityPurpose(sdl));
      };
      const name = basename(path);
      const stop = watchFolder(
        dirname(path),
        (entry) => entry === name,
        log,
        () => {
          reload().catch((error: unknown) => {
            log.error({ error }, 'a new supergraph is broken; the one in force keeps serving');
          });
        },
      );
      return Promise.resolve({
        supergraphSdl: withoutSecurityPurpose(generation.sdl),
        cleanup: () => Promise.resolve(stop()),
      });
    },
  });
  gateway.onSchemaLoadOrUpdate(() => {
    if (next !== generation) log.info('a new supergraph is in force');
    generation = next;
    changed(next);
  });
  await gateway.load();
  return { current: () => generation, stop: () => gateway.stop() };
};
