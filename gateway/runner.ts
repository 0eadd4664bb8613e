import {
  evaluateCondition,
  type DeferredNode,
  type FetchNode,
  type PlanNode,
  type QueryPlan,
} from '@apollo/query-planner';
import { isObjectType, type GraphQLError, type GraphQLSchema } from 'graphql';
import { isSubgraphName } from './upstream/names.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Identity } from '#mesh/identity.ts';
import type { Log } from '#mesh/log.ts';
import type { SubgraphName } from '#mesh/config.ts';
import type { Variables } from './conditions.ts';
import { entitiesAt, placeOf, representationOf } from './entities.ts';
import { errorAt, expected, fromSubgraph, type Path } from './errors.ts';
import { bodyOf, fieldsOf, namesOf, rawPath, usedVariables } from './fetches.ts';
import { copyObject, isObject, merge, type JsonObject } from './json.ts';
import type { Plan } from './planner.ts';
import { applyRewrites } from './rewrites.ts';
import type { Answer, Upstream } from './upstream/upstream.ts';

export type Upstreams = ReadonlyMap<SubgraphName, Upstream>;

/** For whom and with what a plan runs. */
export interface RunContext {
  readonly supergraphSchema: GraphQLSchema;
  readonly upstreams: Upstreams;
  readonly identity: Identity;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly variables: Variables;
}

/** One run of a plan. */
export interface Run extends RunContext {
  readonly plan: Plan;
  /** What the subgraphs have answered so far, joined. */
  readonly data: JsonObject;
  readonly errors: GraphQLError[];
  /** Answers with this instead of asking again, where a stream asks the same for each event. */
  readonly recall?: (key: string, ask: () => Promise<Answer>) => Promise<Answer>;
  /** Takes care of what the plan leaves for later, where the answer may come in parts. */
  readonly later?: Later;
}

/** Who runs the deferred nodes of a plan. */
export interface Later {
  /**
   * Is told of deferred nodes as soon as what they come after has begun.
   * @param before settles when all of that is there
   */
  begin(nodes: readonly DeferredNode[], before: Promise<void>): void;
  /** Is told that a fetch is over which deferred nodes may be waiting for. */
  fetched(id: string): void;
}

type Node = NonNullable<QueryPlan['node']>;

/** The upstream of a plan's service. @throws StudioError when the supergraph names one that this gateway has not */
export const upstreamOf = (upstreams: Upstreams, service: string): Upstream => {
  const upstream = isSubgraphName(service) ? upstreams.get(service) : undefined;
  if (!upstream) throw new StudioError('SERVICE_UNAVAILABLE');
  return upstream;
};

/** Runs a plan into `run.data` and `run.errors`. Rejects only when the request was given up. */
export const runPlan = (run: Run, node: Node | PlanNode): Promise<void> => runNode(run, node, [], [run.data]);

const runNode = async (run: Run, node: Node | PlanNode, path: Path, entities: readonly JsonObject[]): Promise<void> => {
  switch (node.kind) {
    case 'Sequence':
      for (const step of node.nodes) await runNode(run, step, path, entities);
      return;
    case 'Parallel':
      await Promise.all(node.nodes.map((step) => runNode(run, step, path, entities)));
      return;
    case 'Flatten': {
      const found = entities.flatMap((entity) => entitiesAt(entity, node.path));
      if (found.length > 0) await runNode(run, node.node, [...path, ...node.path], found);
      return;
    }
    case 'Fetch':
      return runFetch(run, node, path, entities);
    case 'Condition': {
      const holds = evaluateCondition(node, run.plan.definitions, run.variables);
      const next: PlanNode | undefined = holds ? node.ifClause : node.elseClause;
      if (next) await runNode(run, next, path, entities);
      return;
    }
    case 'Defer': {
      // Made only when asked for, and then there is somebody to take care of them.
      if (!run.later) throw new Error('a plan for one answer has a Defer node');
      const { primary, deferred } = node;
      const before = primary.node ? runNode(run, primary.node, path, entities) : Promise.resolve();
      run.later.begin(deferred, before);
      return before;
    }
    case 'Subscription':
      // Taken apart by subscribe.ts.
      throw new Error('a plan for one answer has a Subscription node');
  }
};

const runFetch = async (run: Run, fetch: FetchNode, path: Path, entities: readonly JsonObject[]): Promise<void> => {
  try {
    if (fetch.requires) await fetchEntities(run, fetch, fetch.requires, path, entities);
    else await fetchRoot(run, fetch, path, entities);
  } catch (error) {
    run.signal.throwIfAborted();
    const known = expected(error, run.log);
    for (const place of placesOf(fetch, path)) run.errors.push(errorAt(place, known));
  } finally {
    if (fetch.id !== undefined) run.later?.fetched(fetch.id);
  }
};

/** A path of the plan without the marks of its lists. */
const placeOfList = (path: Path): Path | undefined => {
  const named = path.filter((part) => part !== '@');
  return named.length > 0 ? named : undefined;
};

/** Where nothing came when a fetch fails: at its root fields, or at the objects that it was to complete. */
const placesOf = (fetch: FetchNode, path: Path): readonly (Path | undefined)[] =>
  fetch.requires ? [placeOfList(path)] : namesOf(fetch).map((name) => [...(placeOfList(path) ?? []), name]);

const ask = (run: Run, fetch: FetchNode, body: string): Promise<Answer> => {
  const upstream = upstreamOf(run.upstreams, fetch.serviceName);
  const { identity, signal } = run;
  return upstream.fetch({ kind: fetch.operationKind, body, fields: fieldsOf(fetch), identity, signal });
};

const fetchRoot = async (run: Run, fetch: FetchNode, path: Path, entities: readonly JsonObject[]): Promise<void> => {
  const answer = await ask(run, fetch, bodyOf(fetch, usedVariables(fetch, run.variables)));
  addRootAnswer(run, fetch, answer, path);
  if (answer.data) for (const entity of entities) merge(entity, answer.data);
};

/** Takes over the errors of a fetch of root fields, and makes its data what the plan expects. */
export const addRootAnswer = (run: Run, fetch: FetchNode, answer: Answer, path: Path = []): void => {
  const { name } = upstreamOf(run.upstreams, fetch.serviceName);
  for (const raw of answer.errors ?? []) {
    const place = rawPath(raw);
    run.errors.push(fromSubgraph(raw, place && [...path, ...place], name, run.log));
  }
  if (answer.data) applyRewrites(run.supergraphSchema, fetch.outputRewrites, answer.data);
};

/** Objects that are the same to the subgraph: asked for once, answered to each. */
interface Asked {
  readonly representation: JsonObject;
  readonly targets: [JsonObject, ...JsonObject[]];
}

const group = (run: Run, fetch: FetchNode, entities: readonly JsonObject[], requires: Requires): readonly Asked[] => {
  const asked = new Map<string, Asked>();
  for (const entity of entities) {
    const representation = representationOf(run.supergraphSchema, entity, requires);
    if (representation?.['__typename'] === undefined) continue;
    applyRewrites(run.supergraphSchema, fetch.inputRewrites, representation);
    const key = JSON.stringify(representation);
    const same = asked.get(key);
    if (same) same.targets.push(entity);
    else asked.set(key, { representation, targets: [entity] });
  }
  return [...asked.values()];
};

type Requires = NonNullable<FetchNode['requires']>;

const fetchEntities = async (
  run: Run,
  fetch: FetchNode,
  requires: Requires,
  path: Path,
  entities: readonly JsonObject[],
): Promise<void> => {
  const asked = group(run, fetch, entities, requires);
  if (asked.length === 0) return;
  const representations = asked.map(({ representation }) => representation);
  const body = bodyOf(fetch, { ...usedVariables(fetch, run.variables), representations });
  const send = (): Promise<Answer> => ask(run, fetch, body);
  const answer = await (run.recall ? run.recall(body, send) : send());
  addEntityErrors(run, fetch, answer, path, asked);
  const given = answer.data?.['_entities'];
  if (!Array.isArray(given)) return;
  for (const [index, { targets }] of asked.entries()) {
    const source: unknown = given[index];
    if (!isObject(source)) continue;
    // Each target gets objects of its own, since later steps of the plan add to them; so does what is remembered.
    const shared = targets.length > 1 || run.recall !== undefined;
    for (const target of targets) join(run, fetch, target, shared ? copyObject(source) : source);
  }
};

const join = (run: Run, fetch: FetchNode, target: JsonObject, source: JsonObject): void => {
  // A service that knows only an interface of the object names that; the object's own type, once known, stays.
  const type = target['__typename'];
  const known = typeof type === 'string' && isObjectType(run.supergraphSchema.getType(type));
  if (known || source['__typename'] === undefined) source['__typename'] = type;
  applyRewrites(run.supergraphSchema, fetch.outputRewrites, source);
  merge(target, source);
};

/** Puts `_entities[3].email` where the fourth entity is in the whole answer. */
const addEntityErrors = (run: Run, fetch: FetchNode, answer: Answer, path: Path, asked: readonly Asked[]): void => {
  const { name } = upstreamOf(run.upstreams, fetch.serviceName);
  for (const raw of answer.errors ?? []) {
    const [, index, ...rest] = rawPath(raw) ?? [];
    const targets = typeof index === 'number' ? asked[index]?.targets : undefined;
    const places = targets?.map((target) => [...(placeOf(run.data, path, target) ?? path), ...rest]);
    for (const place of places ?? [placeOfList(path)]) run.errors.push(fromSubgraph(raw, place, name, run.log));
  }
};
