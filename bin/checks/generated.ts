import { createHash } from 'node:crypto';
import { globSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdict, type StepResult } from './step.ts';

/** Everything that `devstudio generate` writes. */
const GENERATED = ['schemas/supergraph.graphql', 'schemas/api.graphql', 'codegen/generated/**'];

type Fingerprints = ReadonlyMap<string, string>;

const fingerprints = async (root: string): Promise<Fingerprints> => {
  const files = globSync(GENERATED, { cwd: root }).filter((path) => statSync(join(root, path)).isFile());
  return new Map(
    await Promise.all(
      files.map(async (path) => {
        const content = await readFile(join(root, path));
        return [path, createHash('sha256').update(content).digest('hex')] as const;
      }),
    ),
  );
};

/** Names of files that are in one state and not in the other, or differ. */
export const changes = (before: Fingerprints, after: Fingerprints): readonly string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path)).toSorted();

/** Generates anew, into place: what differs from before was not fresh. */
export const checkGenerated = async (root: string): Promise<StepResult> => {
  const before = await fingerprints(root);
  const { generateAll } = await import('../../codegen/generate.ts');
  await generateAll(root);
  const stale = changes(before, await fingerprints(root));
  return verdict(stale.length === 0, `not fresh, and written anew now; commit them:\n${stale.join('\n')}`);
};
