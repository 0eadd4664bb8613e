import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { readProblem, type Problem } from './chunk.ts';
import { refusalOfConnection, refusalOfStatus, unreachable, type Refusal } from './failure.ts';
import {
  afterAnswer,
  afterFailure,
  afterTrial,
  chooseServer,
  isDue,
  UNKNOWN,
  type Failure,
  type Health,
} from './health.ts';
import { beginningOf, isLate, openTransport, type Patience, type Response } from './transport.ts';

/** An answer that has begun. */
export interface ServerAnswer extends Disposable {
  readonly type: string;
  /** @throws the signal's reason; StudioError when it breaks off */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** It is whole. */
  ended(): void;
  /** It is of no use. */
  failed(reason: string): void;
  /** What the server says is wrong, without the key, which some repeat. */
  concealed(problem: Problem): Problem;
}

/** The servers of one model. */
export interface Servers {
  /**
   * Asks the least busy one; where it cannot be reached the next. Dispose of the answer in the end: so it ends early.
   * @param path below each server's URL
   * @throws StudioError SERVICE_UNAVAILABLE, OVERLOADED, TIMEOUT, MODEL_NOT_LOADED, BAD_USER_INPUT,
   *   CONTEXT_LENGTH_EXCEEDED; the signal's reason
   */
  post(path: string, body: object, signal: AbortSignal): Promise<ServerAnswer>;
  /** Whether one of them answers; undefined while none was ever heard of. */
  answering(): boolean | undefined;
  /** Why those that do not answer do not; null where all do. */
  lastError(): string | null;
  /** Asks those that it is time to ask how they do. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface ServersOptions {
  readonly name: string;
  readonly urls: readonly string[];
  /** Undefined: none is sent. */
  readonly key: string | undefined;
  readonly patience?: Patience;
  /** One of them answers that did not before, or no more. */
  readonly onChange: () => void;
  readonly log: Log;
}

const LOOK_MS = 5_000;
/** Requests that one server works on for one model; more would wait there, unseen. */
const MOST_BUSY = 256;

interface Server {
  readonly url: string;
  health: Health;
  busy: number;
}

export const openServers = (options: ServersOptions): Servers => {
  const { name, urls, key, patience, onChange, log } = options;
  const servers = urls.map((url): Server => ({ url, health: UNKNOWN, busy: 0 }));
  const transport = openTransport(key, patience);

  const set = (server: Server, health: Health): void => {
    const before = server.health;
    server.health = health;
    const changed = (before.retryAt === null) !== (health.retryAt === null) || before.heardAt === null;
    if (!changed && before.reason === health.reason) return;
    const { host } = new URL(server.url);
    log.info({ model: name, server: host, reason: health.reason ?? undefined }, 'a server of a model changed');
    onChange();
  };
  const fail = (server: Server, failure: Failure, reason: string): void =>
    set(server, afterFailure(server.health, failure, reason, performance.now()));

  const concealed = ({ message, code }: Problem): Problem => ({
    message: key === undefined ? message : message.replaceAll(key, '…'),
    code,
  });

  const answerOf = (server: Server, { headers: said, body }: Response, signal: AbortSignal): ServerAnswer => {
    let over = false;
    const type = said['content-type'];
    return {
      type: typeof type === 'string' ? type : '',
      chunks: (async function* () {
        try {
          for await (const chunk of body) if (chunk instanceof Uint8Array) yield chunk;
        } catch (error) {
          if (signal.aborted) throw signal.reason;
          // Hung up on by whoever read it.
          if (over) return;
          const refusal = refusalOfConnection(name, isLate(error));
          fail(server, 'failed', refusal.health?.reason ?? 'its answer broke off');
          throw isLate(error)
            ? refusal.error
            : new StudioError('MODEL_CRASHED', `${name} ended before its answer was complete: its server hung up.`);
        }
      })(),
      ended: () => set(server, afterAnswer(performance.now())),
      failed: (reason) => fail(server, 'failed', reason),
      concealed,
      [Symbol.dispose]: () => {
        if (over) return;
        over = true;
        server.busy -= 1;
        // Somebody left, or it was read to its end; what a server still sends is hung up on.
        body.on('error', () => {}).destroy();
      },
    };
  };

  /** @throws the signal's reason */
  const ask = async (
    server: Server,
    path: string,
    body: object,
    signal: AbortSignal,
  ): Promise<ServerAnswer | { readonly refusal: Refusal }> => {
    try {
      const answer = await transport.post(`${server.url}${path}`, body, signal);
      const { statusCode: status } = answer;
      if (status === 200) return answerOf(server, answer, signal);
      const said = readProblem(await beginningOf(answer.body));
      const problem = said && concealed(said);
      const retryAfter = answer.headers['retry-after'];
      return {
        refusal: refusalOfStatus(name, status, problem, typeof retryAfter === 'string' ? retryAfter : undefined),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { refusal: refusalOfConnection(name, isLate(error)) };
    }
  };

  const probe = async (server: Server): Promise<void> => {
    if (server.health.retryAt !== null) server.health = afterTrial(server.health, performance.now());
    try {
      const { statusCode: status, body } = await transport.get(`${server.url}/models`);
      body.on('error', () => {}).destroy();
      const refusal = refusalOfStatus(name, status, undefined);
      // Not every server lists its models.
      if (status === 200 || status === 404 || status === 405 || refusal.health === null) {
        set(server, afterAnswer(performance.now()));
      } else fail(server, 'gone', refusal.health.reason);
    } catch {
      fail(server, 'gone', 'it cannot be reached');
    }
  };
  const look = async (): Promise<void> => {
    const now = performance.now();
    await Promise.all(servers.filter(({ health }) => isDue(health, now)).map(probe));
  };
  const timer = setInterval(() => void look(), LOOK_MS).unref();

  return {
    post: async (path, body, signal) => {
      const tried = new Set<Server>();
      let last: StudioError | undefined;
      for (;;) {
        signal.throwIfAborted();
        const now = performance.now();
        const chosen = chooseServer(
          servers.filter((server) => !tried.has(server)),
          MOST_BUSY,
          now,
        );
        if (chosen.choice === 'full') throw last ?? new StudioError('OVERLOADED');
        if (chosen.choice === 'none') throw last ?? unreachable(name, chosen.seconds);
        const { server, trial } = chosen;
        tried.add(server);
        if (trial) server.health = afterTrial(server.health, now);
        server.busy += 1;
        let answer: Awaited<ReturnType<typeof ask>>;
        try {
          answer = await ask(server, path, body, signal);
        } catch (error) {
          server.busy -= 1;
          throw error;
        }
        if (!('refusal' in answer)) return answer;
        server.busy -= 1;
        const { error, health, elsewhere } = answer.refusal;
        if (health) fail(server, health.failure, health.reason);
        // It refuses this, and so is there again.
        else if (trial) set(server, afterAnswer(performance.now()));
        if (!elsewhere) throw error;
        // That one has too much to do says more than that another is gone.
        if (last?.code !== 'OVERLOADED') last = error;
      }
    },
    answering: () => {
      if (servers.some(({ health }) => health.retryAt === null && health.heardAt !== null)) return true;
      return servers.some(({ health }) => health.retryAt === null) ? undefined : false;
    },
    lastError: () => {
      const down = servers.filter(({ health }) => health.retryAt !== null);
      const [first] = down;
      if (!first) return null;
      return servers.length === 1
        ? `its server does not answer: ${first.health.reason}`
        : `${down.length} of ${servers.length} servers do not answer: ${first.health.reason}`;
    },
    look,
    close: async () => {
      clearInterval(timer);
      await transport.close();
    },
  };
};
