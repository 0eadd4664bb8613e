import { globSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generate, type CodegenConfig } from '@graphql-codegen/cli';
import { SUBGRAPHS, type SubgraphName } from '#mesh/config.ts';
import { writeStylesheets } from '#themes/stylesheets.ts';
import { composeSupergraph } from './compose.ts';
import { addTypenames } from './typenames.ts';

const scalars = { ID: 'string', DateTime: 'string', ByteCount: 'number', BigInt: 'string' };

/** The GraphQL types for which a subgraph's resolvers pass on something else, `UserMapper` for `User`, from its mappers.ts. */
const MAPPED: Readonly<Record<SubgraphName, readonly string[]>> = {
  users: ['User', 'Session', 'ApiKey'],
  models: ['Model', 'ModelSettings', 'ChatEvent', 'ChatCompletion', 'Embeddings', 'Ranking', 'User'],
  sandbox: [
    'Project',
    'File',
    'FileVersion',
    'FileLock',
    'ProjectEvent',
    'Execution',
    'ExecutionFile',
    'ExecutionEvent',
    'Terminal',
    'TerminalOutput',
    'Checkpoint',
    'CheckpointChange',
    'ChangeSet',
    'ProposedFile',
    'User',
  ],
  agents: ['Conversation', 'Message', 'User'],
};

const mappersOf = (name: SubgraphName): Record<string, string> =>
  Object.fromEntries(MAPPED[name].map((type) => [type, `../../subgraphs/${name}/mappers.ts#${type}Mapper`]));

const resolverTypes = (root: string): NonNullable<CodegenConfig['generates']> =>
  Object.fromEntries(
    SUBGRAPHS.map((name) => {
      return [
        join(root, `codegen/generated/${name}.ts`),
        {
          schema: join(root, `schemas/${name}.graphql`),
          plugins: ['typescript', 'typescript-resolvers'],
          config: {
            federation: true,
            useTypeImports: true,
            enumsAsTypes: true,
            contextType: '../../mesh/subgraph.ts#RequestContext',
            importExtension: '.ts',
            scalars,
            mappers: mappersOf(name),
          },
        },
      ];
    }),
  );

/** Writes everything that is derived: the composed graph, resolver types, the studio's documents and its stylesheets. */
export const generateAll = async (root: string): Promise<void> => {
  const schemas = join(root, 'schemas');
  await mkdir(join(root, 'codegen/generated/studio'), { recursive: true });
  await composeSupergraph(schemas);
  await writeStylesheets(join(root, 'themes'));
  const documents = globSync('studio/**/*.{ts,tsx}', { cwd: root }).map((path) => join(root, path));
  await generate(
    {
      silent: true,
      errorsOnly: true,
      generates: {
        ...resolverTypes(root),
        ...(documents.length > 0
          ? {
              [`${join(root, 'codegen/generated/studio')}/`]: {
                schema: join(schemas, 'api.graphql'),
                documents,
                preset: 'client',
                documentTransforms: [addTypenames],
                presetConfig: { fragmentMasking: false, persistedDocuments: true },
                config: { useTypeImports: true, enumsAsTypes: true, scalars, importExtension: '.ts' },
              },
            }
          : {}),
      },
    },
    true,
  );
};
