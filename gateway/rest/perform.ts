import type { ExecutionResult } from 'graphql';
import type { Graph, Requester } from '#gateway/graph.ts';
import { failure, failureFrom, type Failure } from '#gateway/rpc/failures.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { Ask, Piece, Route } from './route.ts';

type Whole = Extract<Ask, { readonly kind: 'whole' }>;
type Stream = Extract<Ask, { readonly kind: 'stream' }>;
type File = Extract<Ask, { readonly kind: 'file' }>;

export type Outcome =
  | { readonly outcome: 'done'; readonly answer: unknown }
  | { readonly outcome: 'failed'; readonly failure: Failure }
  /** Its events as text; what goes wrong from now on is the last one. */
  | { readonly outcome: 'streams'; readonly events: AsyncIterable<string> }
  /** Its bytes; they throw when it cannot be whole any more. */
  | { readonly outcome: 'file'; readonly name: string; readonly type: string; readonly bytes: AsyncIterable<Buffer> };

interface Door {
  readonly graph: Graph;
  readonly log: Log;
}

const failed = (reason: Failure): Extract<Outcome, { readonly outcome: 'failed' }> => ({
  outcome: 'failed',
  failure: reason,
});

const MODEL = 'query RestModel($name: String!) { model(name: $name) { name } }';

/** Why an operation failed; that there is no such model is told apart from one that is not loaded. */
const reasonOf = async (
  [error]: NonNullable<ExecutionResult['errors']>,
  { model }: Ask,
  requester: Requester,
  { graph, log }: Door,
): Promise<Failure> => {
  if (!error) return failure('INTERNAL_SERVER_ERROR');
  const reason = failureFrom(error);
  if (reason.code === 'INTERNAL_SERVER_ERROR') log.error({ error }, 'a route failed in the graph');
  if (reason.code !== 'MODEL_NOT_LOADED' || model === undefined) return reason;
  const { data } = await graph.execute({ document: MODEL, variables: { name: model } }, requester);
  return data?.['model'] === null ? { ...failure('NOT_FOUND', reason.sentence), argument: 'model' } : reason;
};

const performWhole = async (route: Route, ask: Whole, requester: Requester, door: Door): Promise<Outcome> => {
  const { data, errors } = await door.graph.execute(ask, requester);
  if (errors && errors.length > 0) return failed(await reasonOf(errors, ask, requester, door));
  // The graph's own schema has decided that this is the document's data.
  const answer = ask.answer(data as never);
  const flaw = route.checkAnswer(answer);
  if (!flaw) return { outcome: 'done', answer };
  door.log.error({ route: route.path, broken: flaw.sentence }, 'an answer breaks its schema');
  return failed(failure('INTERNAL_SERVER_ERROR'));
};

/** Why a stream ended before its last event. */
const cutShort = ({ signal }: Requester): Failure =>
  failureFrom(signal.reason instanceof StudioError ? signal.reason : new StudioError('SERVICE_UNAVAILABLE'));

const textOf = async function* (
  first: ExecutionResult,
  rest: AsyncIterable<ExecutionResult>,
  { dialect }: Route,
  ask: Stream,
  requester: Requester,
  door: Door,
): AsyncGenerator<string, void, undefined> {
  const next = ask.events();
  let sent = 0;
  const cut = (reason: Failure): string => dialect.frame(dialect.cut(reason, sent));
  const read = async ({ data, errors }: ExecutionResult): Promise<{ text: string; last: boolean }> => {
    if (errors && errors.length > 0) {
      return { text: cut(await reasonOf(errors, ask, requester, door)), last: true };
    }
    // As above, of one event.
    const { payloads, last } = next(data as never);
    sent += payloads.length;
    return { text: payloads.map(dialect.frame).join('') + (last ? dialect.end : ''), last };
  };
  const begin = await read(first);
  yield begin.text;
  if (begin.last) return;
  for await (const result of rest) {
    const { text, last } = await read(result);
    yield text;
    if (last) return;
  }
  yield cut(cutShort(requester));
};

type Begun =
  | { readonly outcome: 'begun'; readonly first: ExecutionResult; readonly rest: AsyncIterable<ExecutionResult> }
  | Extract<Outcome, { readonly outcome: 'failed' }>;

const begin = async (ask: Stream | File, requester: Requester, door: Door): Promise<Begun> => {
  const stream = await door.graph.subscribe(ask, requester);
  if (!(Symbol.asyncIterator in stream)) return failed(await reasonOf(stream.errors ?? [], ask, requester, door));
  // What fails before the first event still has a status of HTTP.
  const events = stream[Symbol.asyncIterator]();
  const first = await events.next();
  if (first.done === true) return failed(cutShort(requester));
  const { errors } = first.value;
  if (errors && errors.length > 0) {
    await events.return?.();
    return failed(await reasonOf(errors, ask, requester, door));
  }
  return { outcome: 'begun', first: first.value, rest: { [Symbol.asyncIterator]: () => events } };
};

const performStream = async (route: Route, ask: Stream, requester: Requester, door: Door): Promise<Outcome> => {
  const begun = await begin(ask, requester, door);
  if (begun.outcome === 'failed') return begun;
  return { outcome: 'streams', events: textOf(begun.first, begun.rest, route, ask, requester, door) };
};

const bytesOf = async function* (
  first: ExecutionResult,
  rest: AsyncIterable<ExecutionResult>,
  ask: File,
): AsyncGenerator<Buffer, void, undefined> {
  const read = ({ data, errors }: ExecutionResult): Piece => {
    const [error] = errors ?? [];
    if (error) throw error;
    // As above, of one event.
    return ask.piece(data as never);
  };
  const begun = read(first);
  yield begun.bytes;
  if (begun.last) return;
  for await (const result of rest) {
    const { bytes, last } = read(result);
    yield bytes;
    if (last) return;
  }
  throw new StudioError('SERVICE_UNAVAILABLE');
};

const performFile = async ({ file: type }: Route, ask: File, requester: Requester, door: Door): Promise<Outcome> => {
  if (type === undefined) throw new Error('a route that answers a file has its media type');
  const begun = await begin(ask, requester, door);
  if (begun.outcome === 'failed') return begun;
  return { outcome: 'file', name: ask.name, type, bytes: bytesOf(begun.first, begun.rest, ask) };
};

const performAny = (route: Route, ask: Ask, requester: Requester, door: Door): Promise<Outcome> => {
  switch (ask.kind) {
    case 'whole':
      return performWhole(route, ask, requester, door);
    case 'stream':
      return performStream(route, ask, requester, door);
    case 'file':
      return performFile(route, ask, requester, door);
  }
};

/** Performs what a route asks of the graph. Never rejects; what is our fault is logged and shown as one sentence. */
export const perform = async (route: Route, ask: Ask, requester: Requester, door: Door): Promise<Outcome> => {
  try {
    return await performAny(route, ask, requester, door);
  } catch (error) {
    if (error instanceof StudioError) return failed(failureFrom(error));
    door.log.error({ route: route.path, error }, 'a route failed unexpectedly');
    return failed(failure('INTERNAL_SERVER_ERROR'));
  }
};
