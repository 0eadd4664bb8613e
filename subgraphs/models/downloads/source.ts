import { z } from 'zod';
import { isModelName } from '../catalogue.ts';
import data from './catalogue.json' with { type: 'json' };

const FACTS = ['file', 'license', 'parameters', 'sizeBytes', 'sha256'] as const;

const Entry = z.object({
  /** Of the model that comes of it. */
  name: z.string(),
  repository: z.string(),
  file: z.string(),
  kind: z.enum(['CHAT', 'EMBEDDING']),
  parameters: z.int(),
  license: z.string(),
  sizeBytes: z.int(),
  sha256: z.string().nullable(),
  /** Facts that no manifest or model card was found for; a download is held to the others. */
  unverified: z.array(z.enum(FACTS)),
  /** What the first requirements called it: no repositories of these names were found. */
  seedNames: z.array(z.string()),
});
export type CatalogueEntry = Readonly<z.infer<typeof Entry>>;

const Data = z.object({
  models: z.array(Entry),
  absent: z.array(z.object({ seedName: z.string(), reason: z.string() })),
});
const { models, absent } = Data.parse(data);

/** Models that are known to work here and can be downloaded by name. */
export const CATALOGUE: readonly CatalogueEntry[] = models;

/** One file of the hub, and what is known of it before. */
export interface Source {
  readonly name: string;
  readonly repository: string;
  readonly file: string;
  /** Null: whatever the hub says. */
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
}

export type Resolved =
  | { readonly outcome: 'found'; readonly source: Source }
  | { readonly outcome: 'unknown' }
  /** It is understood, but cannot be. */
  | { readonly outcome: 'refused'; readonly reason: string };

const EXTENSION = '.gguf';
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
const FILE = /^(?:[A-Za-z0-9][A-Za-z0-9._+-]*\/)*[A-Za-z0-9][A-Za-z0-9._+-]*\.gguf$/;
const MAX_FILE = 200;
/** A model in several files: the first of them is no model. */
const PART = /-\d{5}-of-\d{5}\.gguf$/;

/** The file that a repository and a file name are; what the catalogue knows of it included. */
export const sourceOf = (name: string, repository: string, file: string): Source => {
  const entry = CATALOGUE.find((known) => known.repository === repository && known.file === file);
  return {
    name,
    repository,
    file,
    sizeBytes: entry && !entry.unverified.includes('sizeBytes') ? entry.sizeBytes : null,
    sha256: entry?.sha256 ?? null,
  };
};

/** Decides what a name asks for: one of the catalogue or the seeds, or `organisation/repository:file.gguf`. */
export const resolveSource = (asked: string): Resolved => {
  const entry = CATALOGUE.find(({ name, seedNames }) => name === asked || seedNames.includes(asked));
  if (entry) return { outcome: 'found', source: sourceOf(entry.name, entry.repository, entry.file) };
  const missing = absent.find(({ seedName }) => seedName === asked);
  if (missing) return { outcome: 'refused', reason: missing.reason };
  const [repository = '', file = '', ...rest] = asked.replace(/^hf:/, '').split(':');
  if (rest.length > 0 || !REPOSITORY.test(repository) || file.length > MAX_FILE || !FILE.test(file)) {
    return { outcome: 'unknown' };
  }
  if (PART.test(file)) return { outcome: 'refused', reason: 'models in several files are not supported' };
  const name = file.slice(file.lastIndexOf('/') + 1, -EXTENSION.length);
  if (!isModelName(name)) return { outcome: 'refused', reason: `${JSON.stringify(name)} cannot be a model's name` };
  return { outcome: 'found', source: sourceOf(name, repository, file) };
};
