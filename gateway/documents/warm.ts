import { setImmediate as turn } from 'node:timers/promises';
import type { Log } from '#mesh/log.ts';
import type { Generation } from '../generation.ts';
import type { Documents } from './manifest.ts';

/**
 * Reads, validates and plans every known document, so that nobody's first request waits for that. Requests are answered
 * between any two documents. One that does not fit is logged and left: it is refused when somebody asks it.
 */
const warmUp = async (generation: Generation, documents: Documents, signal: AbortSignal, log: Log): Promise<void> => {
  generation.keepOnly(new Set(documents.values()));
  for (const [id, text] of documents) {
    await turn();
    if (signal.aborted) return;
    try {
      const [flaw] = generation.keep(text);
      if (flaw) log.warn({ id, message: flaw.message }, 'a known document does not fit the graph');
    } catch (error) {
      log.warn({ id, error }, 'a known document cannot be planned');
    }
  }
  log.debug({ documents: documents.size }, 'the known documents are planned');
};

interface InForce {
  readonly generation: Generation;
  readonly documents: Documents;
}

/** Warms up in the background. */
export interface Warmth {
  /** Begins anew with what is in force now, once both are. */
  begin(changed: Partial<InForce>): void;
  stop(): void;
}

export const createWarmth = (log: Log): Warmth => {
  let running = new AbortController();
  let inForce: Partial<InForce> = {};
  return {
    begin: (changed) => {
      inForce = { ...inForce, ...changed };
      const { generation, documents } = inForce;
      if (!generation || !documents) return;
      running.abort();
      running = new AbortController();
      // Every failure of a document is logged inside.
      void warmUp(generation, documents, running.signal, log);
    },
    stop: () => running.abort(),
  };
};
