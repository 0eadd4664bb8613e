import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ConfigurationError } from '#mesh/config.ts';

/** `sha256:` and the SHA-256 of the text in hexadecimal. */
export type DocumentId = string;

/** The documents that were made known beforehand: their texts by their ids. */
export type Documents = ReadonlyMap<DocumentId, string>;

/** Documents of all manifests together; each is kept with its plan. */
const MAX_DOCUMENTS = 5_000;

const Manifest = z.record(z.string(), z.string());

/** The id of a text. */
export const idOf = (text: string): DocumentId => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * The documents of manifests, files of `{ id: text }` as GraphQL Code Generator writes them.
 * @throws ConfigurationError naming the file that is none, or whose id is not that of its text
 */
export const readManifests = (files: readonly { readonly path: string; readonly text: string }[]): Documents => {
  const documents = new Map<DocumentId, string>();
  for (const { path, text } of files) {
    const manifest = Manifest.safeParse(parsed(text));
    if (!manifest.success)
      throw new ConfigurationError(`${path} is no manifest: it must be JSON, {"sha256:…": "query …"}.`);
    for (const [id, document] of Object.entries(manifest.data)) {
      // Whoever reads a manifest has to be able to rely on the ids, and so does who compares two.
      if (id !== idOf(document)) throw new ConfigurationError(`${path}: ${id} is not the SHA-256 of its document.`);
      documents.set(id, document);
    }
  }
  if (documents.size > MAX_DOCUMENTS) {
    throw new ConfigurationError(`The manifests have ${documents.size} documents; at most ${MAX_DOCUMENTS} are kept.`);
  }
  return documents;
};
