import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphQLError, parse } from 'graphql';
import { CHAT, CHAT_STREAM } from '#gateway/rest/chat.ts';
import { COMPLETE, COMPLETE_STREAM } from '#gateway/rest/completion.ts';
import { METHODS } from '#gateway/rpc/methods.ts';
import { SUBGRAPHS } from '#mesh/config.ts';
import { compareSchemas } from '../codegen/check/changes.ts';
import { openCoordinates, PUBLIC } from '../codegen/check/rules.ts';
import { checkUse } from '../codegen/check/use.ts';
import { composeSubgraphs } from '../codegen/compose.ts';
import { readArguments } from './arguments.ts';
import { CommandError, type Run } from './command.ts';
import { asText, isGood, type GraphReport } from './graph/report.ts';
import { documentsAt, readBaseline } from './graph/sources.ts';

/** What REST asks beside the documents of JSON-RPC's methods. */
const REST = [
  { name: 'chat', text: CHAT },
  { name: 'chat as a stream', text: CHAT_STREAM },
  { name: 'completion', text: COMPLETE },
  { name: 'completion as a stream', text: COMPLETE_STREAM },
];

/** The studio's own documents. */
const MANIFEST = 'codegen/generated/studio/persisted-documents.json';

const checkGraph = async (
  root: string,
  against: string | undefined,
  documentPaths: readonly string[],
): Promise<GraphReport> => {
  const schemas = join(root, 'schemas');
  const composed = await composeSubgraphs(schemas);
  if (composed.outcome === 'broken') return composed;
  const baseline = await readBaseline(root, against);
  const subgraphs = await Promise.all(
    SUBGRAPHS.map(async (name) => parse(await readFile(join(schemas, `${name}.graphql`), 'utf8'))),
  );
  const documents = [
    ...[...METHODS.values()].map(({ name, document }) => ({ name: `rpc ${name}`, text: document })),
    ...REST.map(({ name, text }) => ({ name: `rest ${name}`, text })),
    ...(await Promise.all([join(root, MANIFEST), ...documentPaths].map(documentsAt))).flat(),
  ];
  try {
    return {
      outcome: 'composed',
      hints: composed.hints,
      open: openCoordinates(subgraphs).filter((coordinate) => !Object.hasOwn(PUBLIC, coordinate)),
      changes: baseline === undefined ? null : compareSchemas(baseline, composed.api),
      use: checkUse(composed.api, documents),
      documents: documents.length,
    };
  } catch (error) {
    if (error instanceof GraphQLError) throw new CommandError(`what to compare with is no schema: ${error.message}`, 2);
    throw error;
  }
};

/** Says whether the graph may go out. Exit code 0 when it may, 1 when it breaks somebody. */
export const run: Run = async ({ root, args }) => {
  const { values, words } = readArguments(
    args,
    { against: { type: 'string' }, documents: { type: 'string', multiple: true }, json: { type: 'boolean' } },
    1,
  );
  if (words[0] !== 'check') throw new CommandError('graph knows one task: devstudio graph check.', 2);
  const report = await checkGraph(root, values.against, values.documents ?? []);
  console.log(values.json ? JSON.stringify({ good: isGood(report), ...report }, null, 2) : asText(report));
  return isGood(report) ? 0 : 1;
};
