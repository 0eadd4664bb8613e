import { randomUUID } from 'node:crypto';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { Engine, Limits, TerminalSize } from '../engines/engine.ts';
import type { Catalogue } from '../executions/catalogue.ts';
import { nameOf } from '../executions/engine-names.ts';
import type { Files } from '../files/files.ts';
import type { Projects } from '../projects.ts';
import { holdTerminal, type Terminal, type TerminalEnd } from './terminal.ts';

/** How many there may be. */
const MOST_OF_USER = 4;
const MOST = 16;
/** Whoever was reading when it ended, or comes soon after, still gets the rest of it. */
const ENDED_KEPT_MS = 10 * 60_000;
const MOST_ENDED_OF_USER = 4;

const MIB = 1024 ** 2;
const HOUR_MS = 3_600_000;
/** Of each. Times are stretched by the engine's slowdown. */
const LIMITS: Limits = {
  wallMs: 12 * HOUR_MS,
  cpuMs: HOUR_MS,
  memoryBytes: 512 * MIB,
  processes: 128,
  // The program waits for its readers instead.
  outputBytes: Number.MAX_SAFE_INTEGER,
  diskBytes: 256 * MIB,
};
/** What a timer can wait for. */
const MOST_WALL_MS = 2 ** 31 - 1;

/** Where bash stands; the others have prompts of their own. */
const PROMPT = '\\w \\$ ';

const limitsFor = ({ slowdown }: Engine): Limits => ({
  ...LIMITS,
  wallMs: Math.min(MOST_WALL_MS, Math.round(LIMITS.wallMs * slowdown)),
  cpuMs: Math.round(LIMITS.cpuMs * slowdown),
});

/** What of a terminal stays the same. */
export interface TerminalFacts {
  readonly id: string;
  readonly ownerId: string;
  /** The session or key that opened it, and with which it ends. */
  readonly credentialId: string;
  /** For example `run:bash`. */
  readonly engine: string;
  readonly driver: string;
  readonly isolation: string;
  /** Whose files it began with; null where it had none. */
  readonly projectId: string | null;
  readonly openedAt: string;
}

export interface OpenTerminal {
  readonly facts: TerminalFacts;
  readonly terminal: Terminal;
}

export interface TerminalOrder {
  readonly engine: string;
  /** Null for the caller's default project. */
  readonly projectId: string | null;
  readonly size: TerminalSize;
}

/** The terminals of this process. They are their owner's alone. */
export interface Terminals {
  /** @throws StudioError BAD_USER_INPUT, NOT_FOUND, ENGINE_UNAVAILABLE, LIMIT_REACHED, OVERLOADED */
  open(caller: Caller, order: TerminalOrder): Promise<OpenTerminal>;
  /** The caller's, the ended ones of the last minutes among them, oldest first. */
  listOf(caller: Caller): readonly OpenTerminal[];
  /** @throws StudioError NOT_FOUND */
  find(caller: Caller, id: string): OpenTerminal;
  /** Ends a terminal of the caller's, or forgets one that has ended; false when there is none any more. */
  close(caller: Caller, id: string): Promise<boolean>;
  /** Ends those that are idle or whose session has ended, and forgets those that are over. */
  sweep(): Promise<void>;
  /** Ends all of them. */
  stop(): Promise<void>;
}

export interface TerminalsOptions {
  readonly catalogue: Pick<Catalogue, 'find'>;
  readonly projects: Pick<Projects, 'readable' | 'standing'>;
  readonly files: Pick<Files, 'snapshot'>;
  /** Which of the sessions and keys may still run code. */
  readonly mayRun: (credentialIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly idleMs: number;
  /** In milliseconds; only differences count. */
  readonly now: () => number;
  readonly log: Log;
}

export const createTerminals = ({
  catalogue,
  projects,
  files,
  mayRun,
  idleMs,
  now,
  log,
}: TerminalsOptions): Terminals => {
  const all = new Map<string, OpenTerminal>();
  /** Owners of those that are being opened. */
  const opening = new Set<{ readonly ownerId: string }>();
  let isStopped = false;

  const running = (): OpenTerminal[] => [...all.values()].filter(({ terminal }) => terminal.ending === null);
  const takePlace = (ownerId: string): { readonly ownerId: string } => {
    if (isStopped) throw new StudioError('SERVICE_UNAVAILABLE', 'The sandbox is being stopped.');
    const owners = [...opening, ...running().map(({ facts }) => facts)].map((one) => one.ownerId);
    if (owners.filter((owner) => owner === ownerId).length >= MOST_OF_USER) {
      throw new StudioError('LIMIT_REACHED', `You have ${MOST_OF_USER} terminals open: close one first.`);
    }
    if (owners.length >= MOST) {
      throw new StudioError('OVERLOADED', 'There are as many terminals open as this studio may have.', {
        retryAfterSeconds: 60,
      });
    }
    const place = { ownerId };
    opening.add(place);
    return place;
  };
  const forgetEnded = (): void => {
    const ended = new Map<string, number>();
    for (const { facts, terminal } of [...all.values()].toReversed()) {
      if (terminal.ending === null) continue;
      const newer = ended.get(facts.ownerId) ?? 0;
      ended.set(facts.ownerId, newer + 1);
      if (newer >= MOST_ENDED_OF_USER || now() - terminal.ending.at >= ENDED_KEPT_MS) all.delete(facts.id);
    }
  };
  const start = async (caller: Caller, { engine: name, projectId, size }: TerminalOrder): Promise<OpenTerminal> => {
    const { choice, engine, driver, isolation } = await catalogue.find(name);
    if (choice.kind === 'module' || choice.engine === 'wasm') {
      throw new StudioError('BAD_USER_INPUT', `${nameOf(choice)} has no terminal: take run or micro.`, {
        argument: 'engine',
      });
    }
    const project = await (projectId === null ? projects.standing(caller) : projects.readable(caller, projectId));
    const contents = project === null ? [] : await files.snapshot(project.id);
    const id = randomUUID();
    const run = await engine.start({
      id,
      program: { kind: 'shell', language: choice.language },
      args: [],
      stdin: new Uint8Array(),
      env: { PS1: PROMPT },
      files: contents.map(({ file: { path }, bytes }) => ({ path, bytes })),
      limits: limitsFor(engine),
      collect: [],
      terminal: size,
    });
    const facts: TerminalFacts = {
      id,
      ownerId: caller.userId,
      credentialId: caller.credential.id,
      engine: nameOf(choice),
      driver,
      isolation,
      projectId: project?.id ?? null,
      openedAt: new Date().toISOString(),
    };
    return { facts, terminal: holdTerminal(run, size, now, log.child({ terminal: id })) };
  };
  const killAll = async (terminals: readonly OpenTerminal[], why: TerminalEnd): Promise<void> =>
    void (await Promise.all(terminals.map(({ terminal }) => terminal.kill(why))));
  const owned = (caller: Caller, id: string): OpenTerminal | undefined => {
    const found = all.get(id);
    return found?.facts.ownerId === caller.userId ? found : undefined;
  };

  return {
    open: async (caller, order) => {
      const place = takePlace(caller.userId);
      try {
        const opened = await start(caller, order);
        opening.delete(place);
        all.set(opened.facts.id, opened);
        if (isStopped) await opened.terminal.kill('STOPPED');
        forgetEnded();
        return opened;
      } finally {
        opening.delete(place);
      }
    },
    listOf: ({ userId }) => [...all.values()].filter(({ facts }) => facts.ownerId === userId),
    find: (caller, id) => {
      const found = owned(caller, id);
      if (!found) throw new StudioError('NOT_FOUND', 'There is no such terminal, or it is not yours.');
      return found;
    },
    close: async (caller, id) => {
      const found = owned(caller, id);
      if (!found) return false;
      if (found.terminal.ending === null) await found.terminal.kill('CLOSED');
      else all.delete(id);
      return true;
    },
    sweep: async () => {
      forgetEnded();
      const idle = running().filter(({ terminal }) => now() - (terminal.idleSince ?? now()) >= idleMs);
      await killAll(idle, 'IDLE');
      const others = running();
      if (others.length === 0) return;
      const mayGoOn = await mayRun(others.map(({ facts }) => facts.credentialId));
      const left = others.filter(({ facts }) => !mayGoOn.has(facts.credentialId));
      await killAll(left, 'SESSION_ENDED');
    },
    stop: async () => {
      isStopped = true;
      await killAll(running(), 'STOPPED');
    },
  };
};
