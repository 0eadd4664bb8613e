import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** What .gitignore names; a checkout without git has the same files. */
const NOT_COMMITTED = new Set(['.git', 'node_modules', '.devstudio', '.cache', 'coverage', 'studio/dist']);

const filesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (NOT_COMMITTED.has(path) || path.endsWith('.log')) return [];
    if (entry.isDirectory()) return filesIn(path);
    return entry.isFile() ? [path] : [];
  });

/** Every file of the project, as a path from its root. */
export const projectFiles = (): readonly string[] => filesIn('');

const SOURCE = /\.(?:ts|tsx|mjs)$/u;
export const sourceFiles = (): readonly string[] =>
  projectFiles().filter((path) => SOURCE.test(path) && !path.startsWith('codegen/generated/'));

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
