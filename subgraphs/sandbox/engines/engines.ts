import { join } from 'node:path';
import type { Config } from '#mesh/config.ts';
import type { Log } from '#mesh/log.ts';
import { openJail, type JailOpening } from '../jail/jail.ts';
import type { Engine, EngineName } from './engine.ts';
import { createMicroEngine } from './micro/micro.ts';
import { createRunEngine } from './run/engine.ts';
import { createWasmEngine } from './wasm/engine.ts';

/** Every engine of this service, whether or not this host can run it. */
export interface Engines {
  readonly all: ReadonlyMap<EngineName, Engine>;
  /** Ends what runs, then the engines and the jail below them. */
  stop(): Promise<void>;
}

interface EnginesOptions {
  readonly config: Pick<Config, 'home' | 'microWarm'>;
  readonly log: Log;
}

/** Opens the engines over one jail; each is probed in the background, and refuses until it is known to work. */
export const openEngines = ({ config, log }: EnginesOptions): Engines => {
  let opening: Promise<JailOpening> | undefined;
  const open = (): Promise<JailOpening> => {
    const attempt = openJail();
    opening = attempt;
    attempt.catch(() => {
      if (opening === attempt) opening = undefined;
    });
    return attempt;
  };
  const jail = async (again: boolean): Promise<JailOpening> => {
    const found = await (opening ?? open());
    return found.outcome === 'open' || !again ? found : open();
  };
  const engines: readonly Engine[] = [
    createRunEngine(jail),
    createWasmEngine(jail),
    createMicroEngine({ openJail: jail, folder: join(config.home, 'sandbox/micro'), warm: config.microWarm, log }),
  ];
  for (const engine of engines) {
    engine
      .availability()
      .catch((error: unknown) => log.error({ error, engine: engine.name }, 'an engine could not be probed'));
  }

  return {
    all: new Map(engines.map((engine) => [engine.name, engine])),
    stop: async () => {
      await Promise.all(engines.map((engine) => engine.stop()));
      const opened = await opening;
      if (opened?.outcome === 'open') await opened.jail.close();
    },
  };
};
