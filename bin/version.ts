import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Run } from './command.ts';

const Package = z.object({ version: z.string() });

export const run: Run = async ({ root }) => {
  const { version } = Package.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  console.log(`${version} (Node ${process.versions.node})`);
  return 0;
};
