import { posix } from 'node:path';

/** A part of the house: a folder of the root, and below `subgraphs` each service for itself. */
export type Area = string;

/** Matches the module name of `import … from`, `export … from`, `import '…'` and `import('…')`. */
const MODULE_NAME =
  /(?:^|[^\w$.])(?:import|export)\s*(?:type\s+)?(?:[\w$*\s{},]*?\bfrom\s*)?\(?\s*(['"])([^'"\n]+)\1/gmu;

/** Comments may hold examples; they are no imports. */
const withoutComments = (source: string): string =>
  source.replaceAll(/\/\*[\s\S]*?\*\//gu, '').replaceAll(/^\s*\/\/.*$/gmu, '');

/** The module names that a source imports. */
export const importsOf = (source: string): readonly string[] =>
  [...withoutComments(source).matchAll(MODULE_NAME)].flatMap(([, , name]) => (name === undefined ? [] : [name]));

/** Which area a file lies in. */
const areaOf = (path: string): Area => {
  const [folder = '', name = ''] = path.split('/');
  return folder === 'subgraphs' ? `subgraphs/${name}` : folder;
};

/**
 * The project's path that a module name means.
 * @returns null for a library
 */
export const targetOf = (file: string, name: string): string | null => {
  if (name.startsWith('#codegen/')) return `codegen/generated/${name.slice('#codegen/'.length)}`;
  if (name.startsWith('#')) return name.slice(1);
  if (name.startsWith('.')) return posix.normalize(posix.join(posix.dirname(file), name));
  return null;
};

export type Verdict = { readonly outcome: 'allowed' } | { readonly outcome: 'refused'; readonly sentence: string };

/** What each area may import of the project beside itself, as path prefixes; the table of the architecture. */
const MAY_IMPORT: Readonly<Record<Area, readonly string[]>> = {
  bin: [''],
  tests: [''],
  gateway: ['mesh/', 'schemas/'],
  codegen: ['mesh/', 'schemas/', 'themes/'],
  studio: ['codegen/generated/studio/', 'themes/'],
  mesh: [],
  themes: [],
  schemas: [],
};

const mayImport = (area: Area): readonly string[] => {
  const [, service] = area.split('/');
  return service === undefined ? (MAY_IMPORT[area] ?? []) : ['mesh/', `codegen/generated/${service}.ts`];
};

/**
 * Decides whether a file may import a path of the project. A test beside its code may use the tests' harness too.
 * @param file the importing file's path from the root
 * @param target what it imports, as `targetOf` answers it
 */
export const judge = (file: string, target: string): Verdict => {
  const area = areaOf(file);
  const isTest = /\.test\.tsx?$/u.test(file);
  const allowed = [...mayImport(area), ...(isTest ? ['tests/'] : [])];
  const isOwn = area === areaOf(target);
  if (isOwn || allowed.some((prefix) => target.startsWith(prefix))) return { outcome: 'allowed' };
  const list = allowed.length === 0 ? 'nothing else of the project' : allowed.join(', ');
  return { outcome: 'refused', sentence: `${file} imports ${target}; ${area} may import ${list}` };
};
