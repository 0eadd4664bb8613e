import type { Graph, Requester } from '#gateway/graph.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import { failure, failureFrom, type Failure } from './failures.ts';
import type { Method } from './method.ts';

export type Outcome =
  | { readonly outcome: 'done'; readonly result: unknown }
  | { readonly outcome: 'failed'; readonly failure: Failure };

const failed = (reason: Failure): Outcome => ({ outcome: 'failed', failure: reason });

/** Performs one method on the graph. Never rejects; what is our fault is logged and shown as one sentence. */
export const perform = async (
  method: Method,
  params: unknown,
  requester: Requester,
  door: { readonly graph: Graph; readonly log: Log },
): Promise<Outcome> => {
  // Who is nobody learns nothing of what is wrong with the params.
  if (!method.open && requester.principal === null) return failed(failure('UNAUTHENTICATED'));
  const wrong = method.contract.params(params);
  if (wrong !== null) return failed(failure('BAD_USER_INPUT', wrong));
  const at = { method: method.name };
  try {
    const operation = { document: method.document, variables: method.variables(params) };
    const { data, errors } = await door.graph.execute(operation, requester);
    const [error] = errors ?? [];
    if (error) {
      const reason = failureFrom(error);
      if (reason.code === 'INTERNAL_SERVER_ERROR') door.log.error({ ...at, error }, 'a method failed in the graph');
      return failed(reason);
    }
    const result = method.result(data, params);
    const broken = method.contract.result(result);
    if (broken === null) return { outcome: 'done', result };
    door.log.error({ ...at, broken }, 'a result breaks its schema');
  } catch (error) {
    if (error instanceof StudioError) return failed(failureFrom(error));
    door.log.error({ ...at, error }, 'a method failed unexpectedly');
  }
  return failed(failure('INTERNAL_SERVER_ERROR'));
};
