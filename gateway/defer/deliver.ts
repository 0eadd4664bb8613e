import type { DeferredNode } from '@apollo/query-planner';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { DeniedField } from '../access/guards.ts';
import { errorAt, type Path } from '../errors.ts';
import { shapeAnswer, unexplained } from '../execute.ts';
import { copyObject, isObject, merge, type JsonObject } from '../json.ts';
import type { Deferral, Plan, Prepared } from '../planner.ts';
import { runPlan, type Later, type RunContext } from '../runner.ts';

/** What one deferred fragment adds to one object. The format of `deferSpec=20220824`, which today's clients read. */
export interface PartResult {
  readonly data: JsonObject | null;
  readonly path: Path;
  readonly label?: string;
  readonly errors?: readonly GraphQLError[];
}

/** The first result has `data`, each later one `incremental`; the last says `hasNext: false`. */
export interface IncrementalResult extends ExecutionResult {
  readonly incremental?: readonly PartResult[];
  readonly hasNext?: boolean;
}

/** Runs deferred nodes as soon as what they need is there, and says which parts are complete. */
class Runs implements Later {
  readonly #run: (node: DeferredNode, errors: GraphQLError[], later: Later) => Promise<void>;
  readonly #fetches = new Map<string, PromiseWithResolvers<void>>();
  readonly #errors = new Map<number, GraphQLError[]>();
  #running = 0;
  #failure: unknown;
  #changed = Promise.withResolvers<void>();

  constructor(run: (node: DeferredNode, errors: GraphQLError[], later: Later) => Promise<void>) {
    this.#run = run;
  }

  begin(nodes: readonly DeferredNode[], before: Promise<void>): void {
    for (const node of nodes) {
      this.#running += 1;
      const needed = Promise.all(node.depends.map(({ id }) => this.#fetch(id).promise));
      // A fetch for which there was nothing to ask is never heard of.
      Promise.race([needed, before])
        .then(() => this.#runPart(node, before))
        .catch((error: unknown) => (this.#failure ??= error))
        .finally(() => {
          this.#running -= 1;
          this.#changed.resolve();
        });
    }
  }

  fetched(id: string): void {
    this.#fetch(id).resolve();
  }

  async #runPart(node: DeferredNode, before: Promise<void>): Promise<void> {
    const errors: GraphQLError[] = [];
    await this.#run(node, errors, {
      // What stands inside may need a fetch from further out.
      begin: (nodes, own) =>
        this.begin(
          nodes,
          Promise.all([before, own]).then(() => undefined),
        ),
      fetched: (id) => this.fetched(id),
    });
    if (node.label !== undefined) this.#errors.set(Number(node.label), errors);
  }

  #fetch(id: string): PromiseWithResolvers<void> {
    const known = this.#fetches.get(id) ?? Promise.withResolvers<void>();
    this.#fetches.set(id, known);
    return known;
  }

  /** Settles at the next change, at once when all is over. @throws what ended a run, which only giving up does */
  async change(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#running === 0) return;
    await this.#changed.promise;
    this.#changed = Promise.withResolvers<void>();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The errors of a part that is complete. What the plan has no node for is complete when all nodes are. */
  errorsOf(part: number): readonly GraphQLError[] | undefined {
    return this.#errors.get(part) ?? (this.#running === 0 ? [] : undefined);
  }
}

/** Whether an error is at this place or below it. */
const isWithin = ({ path }: GraphQLError, place: Path): boolean =>
  path !== undefined && place.every((name, index) => path[index] === name);

/** The objects at a path that have been delivered, each with where it is and with all that is known of it. */
const objectsAt = function* (
  delivered: unknown,
  known: unknown,
  path: readonly string[],
  place: Path = [],
): Generator<{ readonly place: Path; readonly object: JsonObject; readonly delivered: JsonObject }> {
  if (Array.isArray(delivered) && Array.isArray(known)) {
    for (const [index, item] of delivered.entries()) yield* objectsAt(item, known[index], path, [...place, index]);
    return;
  }
  if (!isObject(delivered) || !isObject(known)) return;
  const [first, ...rest] = path;
  if (first === undefined) yield { place, object: known, delivered };
  else if (Object.hasOwn(delivered, first)) yield* objectsAt(delivered[first], known[first], rest, [...place, first]);
};

/**
 * Runs a query whose answer comes in parts: what is not deferred first, then each part as soon as it is complete and what
 * it stands in has been delivered.
 * @param plan the deferral's own
 * @param denied fields that are left out, each answered with null and its refusal
 */
export const deliver = async function* (
  prepared: Prepared,
  deferral: Deferral,
  plan: Plan | undefined,
  denied: readonly DeniedField[],
  context: RunContext,
): AsyncGenerator<IncrementalResult, undefined> {
  const { variables, log } = context;
  const refusals = denied.map(({ field, error }) => errorAt(field.path, error));
  if (!plan?.node && refusals.length > 0) {
    yield { errors: refusals };
    return undefined;
  }
  const data = prepared.introspect(variables);
  const errors = [...refusals];
  const runs = new Runs(async ({ node }, partErrors, later) => {
    if (node && plan) await runPlan({ ...context, plan, data, errors: partErrors, later }, node);
  });
  if (plan?.node) await runPlan({ ...context, plan, data, errors, later: runs }, plan.node);

  const first = shapeAnswer({ shape: deferral.primary }, { ...context, data, errors });
  const active = new Set(
    deferral.parts.flatMap(({ condition }, index) =>
      condition === true || (condition !== false && condition(variables)) ? [index] : [],
    ),
  );
  if (!first.data || active.size === 0) {
    yield first;
    return undefined;
  }
  // A copy: the result that has been yielded is not changed any more.
  const delivered = copyObject(first.data);
  yield { ...first, hasNext: true };

  const complete = (index: number, partErrors: readonly GraphQLError[]): readonly PartResult[] => {
    const part = deferral.parts[index];
    if (!part) return [];
    const left = new Set(partErrors);
    const results = [...objectsAt(delivered, data, part.path)].flatMap(({ place, object, delivered: target }) => {
      const shaped = part.shape(object, variables, place);
      const own = partErrors.filter((error) => isWithin(error, place));
      for (const error of own) left.delete(error);
      const all = [...own, ...unexplained(shaped.problems, [...refusals, ...partErrors], log)];
      // About another type: there is nothing to add.
      if (shaped.data && Object.keys(shaped.data).length === 0 && all.length === 0) return [];
      if (shaped.data) merge(target, copyObject(shaped.data));
      return [{ data: shaped.data, path: place, label: part.label, errors: all }];
    });
    const [head, ...rest] = results;
    return (head ? [{ ...head, errors: [...head.errors, ...left] }, ...rest] : []).map(
      ({ label, errors: own, ...result }) => ({
        ...result,
        ...(label === undefined ? {} : { label }),
        ...(own.length > 0 ? { errors: own } : {}),
      }),
    );
  };

  const open = new Set(active);
  /** All that can go out now. */
  const collect = (): readonly PartResult[] => {
    const incremental: PartResult[] = [];
    for (const index of open) {
      // What it stands in has a smaller index, and so has its turn before it.
      if (deferral.parts[index]?.within.some((outer) => open.has(outer))) continue;
      const partErrors = runs.errorsOf(index);
      if (!partErrors) continue;
      open.delete(index);
      incremental.push(...complete(index, partErrors));
    }
    return incremental;
  };
  while (open.size > 0) {
    const incremental = collect();
    if (open.size === 0) yield { ...(incremental.length > 0 ? { incremental } : {}), hasNext: false };
    else if (incremental.length > 0) yield { incremental, hasNext: true };
    else await runs.change();
  }
  return undefined;
};
