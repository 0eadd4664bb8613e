import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { textOf } from '../files/file-content.ts';
import { executionsOf, filesOf, outputOf, type ExecutionFacts, type ResultFile } from '../store/executions.ts';
import { NO_OUTPUT, textOfOutput } from './bounded-output.ts';

type KeptFile = Omit<ResultFile, 'bytes'> & {
  readonly encoding: 'UTF8' | 'BASE64';
  /** Null where it is not kept. */
  readonly content: string | null;
};

/** An execution as it is handed to the person whose it was. */
export type ExecutionItem = { readonly kind: 'execution' } & Omit<ExecutionFacts, 'ownerId'> & {
    readonly stdout: string;
    readonly stderr: string;
    readonly files: readonly KeptFile[];
  };

/** So many are looked at together. */
const BATCH = 20;
/** What one counts beside what it wrote. */
const ITEM_BYTES = 1_024;

const keptFile = ({ path, size, bytes }: ResultFile): KeptFile => {
  const text = bytes && textOf(bytes);
  return text === null
    ? { path, size, encoding: 'BASE64', content: bytes && bytes.toString('base64') }
    : { path, size, encoding: 'UTF8', content: text };
};

/**
 * A person's executions, newest first.
 * @param after the last one that was answered before; null for the first ones
 * @param room for so many bytes
 * @returns those that fit; `last` is null when there are no more
 */
export const executionDataOf = async (
  database: Database,
  userId: string,
  after: string | null,
  room: number,
): Promise<{ readonly items: readonly ExecutionItem[]; readonly last: string | null }> => {
  // Nothing comes after what is no id.
  if (after !== null && !z.uuid().safeParse(after).success) return { items: [], last: null };
  const items: ExecutionItem[] = [];
  let bytes = 0;
  let last = after;
  for (;;) {
    const batch = await executionsOf(database, { ownerId: userId, projectId: null }, BATCH, last);
    for (const { ownerId: _, ...facts } of batch) {
      const [stdout, stderr, files] = await Promise.all([
        outputOf(database, facts.id, 'stdout'),
        outputOf(database, facts.id, 'stderr'),
        filesOf(database, facts.id),
      ]);
      const item: ExecutionItem = {
        kind: 'execution',
        ...facts,
        stdout: textOfOutput(stdout ?? NO_OUTPUT),
        stderr: textOfOutput(stderr ?? NO_OUTPUT),
        files: files.map(keptFile),
      };
      bytes += ITEM_BYTES + item.stdout.length + item.stderr.length;
      bytes += item.files.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
      if (bytes > room) return { items, last: last ?? '' };
      items.push(item);
      last = facts.id;
    }
    if (batch.length < BATCH) return { items, last: null };
  }
};
