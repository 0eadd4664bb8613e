import type { ExecutionResult, GraphQLError } from 'graphql';
import { StudioError } from '#mesh/errors.ts';
import type { Log } from '#mesh/log.ts';
import type { DeniedField } from './access/guards.ts';
import { errorAt, type Path } from './errors.ts';
import type { Prepared } from './planner.ts';
import { runPlan, type Run, type RunContext } from './runner.ts';
import type { Problem } from './shape.ts';

/** More would only repeat, for each item of a list, what a subgraph got wrong. */
const MAX_PROBLEMS = 20;

/** Field names alone: an error of a whole fetch cannot say at which items of a list it was. */
const names = (path: Path): readonly (string | number)[] => path.filter((part) => typeof part === 'string');

/** Whether a null is where an error says that something went wrong, or above or below that. */
const explains = ({ path }: GraphQLError, place: readonly (string | number)[]): boolean =>
  names(path ?? []).every((name, index) => index >= place.length || place[index] === name);

/**
 * The errors for values that their types do not allow. A null that a known error explains needs no second one; one that
 * nothing explains is a fault of a subgraph.
 */
export const unexplained = (
  problems: readonly Problem[],
  known: readonly GraphQLError[],
  log: Log,
): readonly GraphQLError[] => {
  const strange = problems
    .filter(({ path }) => !known.some((error) => explains(error, names(path))))
    .slice(0, MAX_PROBLEMS);
  if (strange.length > 0) log.error({ problems: strange }, 'an answer breaks its types');
  return strange.map(({ path }) => errorAt(path, new StudioError('INTERNAL_SERVER_ERROR')));
};

/** The final answer: what was asked for, in its form, with what went wrong. */
export const shapeAnswer = (
  { shape }: Pick<Prepared, 'shape'>,
  run: Pick<Run, 'data' | 'errors' | 'variables' | 'log'>,
): ExecutionResult => {
  const { data, problems } = shape(run.data, run.variables);
  run.errors.push(...unexplained(problems, run.errors, run.log));
  return run.errors.length > 0 ? { errors: run.errors, data } : { data };
};

/**
 * Runs a query or a mutation. Rejects only when the request was given up.
 * @param denied fields that are left out, each answered with null and its refusal
 */
export const executePrepared = async (
  prepared: Prepared,
  denied: readonly DeniedField[],
  context: RunContext,
): Promise<ExecutionResult> => {
  const plan = prepared.plan(new Set(denied.map(({ field }) => field.coordinate)));
  const data = prepared.introspect(context.variables);
  const errors = denied.map(({ field, error }) => errorAt(field.path, error));
  if (plan?.node) await runPlan({ ...context, plan, data, errors }, plan.node);
  // Nothing that was asked for may be answered: that is a refusal of the whole request.
  else if (errors.length > 0) return { errors };
  return shapeAnswer(prepared, { ...context, data, errors });
};
