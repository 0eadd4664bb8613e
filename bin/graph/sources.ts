import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildClientSchema, getIntrospectionQuery, printSchema, type IntrospectionQuery } from 'graphql';
import { z } from 'zod';
import type { UsedDocument } from '../../codegen/check/use.ts';
import { CommandError } from '../command.ts';

const TIMEOUT_MS = 10_000;

const Answer = z.object({ data: z.object({ __schema: z.object({}) }) });

/**
 * The schema of a running graph, as SDL.
 * @param credential a token or key, for graphs that show themselves to those alone who may introspect
 */
const introspect = async (address: string, credential: string | undefined): Promise<string> => {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
      },
      body: JSON.stringify({ query: getIntrospectionQuery() }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    if (!Answer.safeParse(answer).success) throw new Error(`it answered ${response.status} and no schema`);
    // The boundary: what passes as an introspection is built below, which fails on anything else.
    return printSchema(buildClientSchema((answer as { data: IntrospectionQuery }).data));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${address} gives no schema to compare with: ${reason}.`);
  }
};

/**
 * The SDL that clients have seen so far.
 * @param against a file or an address; by default the schema that was committed last
 * @returns undefined when there is nothing to compare with
 * @throws CommandError when what was named cannot be read
 */
export const readBaseline = async (root: string, against: string | undefined): Promise<string | undefined> => {
  if (against === undefined) {
    try {
      return (await promisify(execFile)('git', ['-C', root, 'show', 'HEAD:schemas/api.graphql'])).stdout;
    } catch {
      // An archive without its history, or no git at all.
      return undefined;
    }
  }
  if (/^https?:\/\//.test(against)) return introspect(against, process.env['DEVSTUDIO_TOKEN']);
  try {
    return await readFile(against, 'utf8');
  } catch {
    throw new CommandError(`${against} cannot be read: name a file of SDL or the address of a graph.`, 2);
  }
};

const Manifest = z.record(z.string(), z.string());

const readDocuments = async (path: string): Promise<readonly UsedDocument[]> => {
  const text = await readFile(path, 'utf8');
  if (!path.endsWith('.json')) return [{ name: path, text }];
  const manifest = Manifest.safeParse(JSON.parse(text));
  if (!manifest.success) throw new CommandError(`${path} is no manifest: an object of ids and documents.`, 2);
  return Object.entries(manifest.data).map(([id, document]) => ({
    name: /^\s*(?:query|mutation|subscription)\s+(\w+)/.exec(document)?.[1] ?? `${path}#${id}`,
    text: document,
  }));
};

/**
 * The documents of a manifest (`{ id: text }`), of a file of GraphQL, or of all such files of a folder.
 * @throws CommandError when there are none
 */
export const documentsAt = async (path: string): Promise<readonly UsedDocument[]> => {
  try {
    const files = (await stat(path)).isDirectory()
      ? globSync('**/*.{json,graphql,gql}', { cwd: path }).map((file) => join(path, file))
      : [path];
    return (await Promise.all(files.map(readDocuments))).flat();
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${path} holds no documents that can be read.`, 2);
  }
};
