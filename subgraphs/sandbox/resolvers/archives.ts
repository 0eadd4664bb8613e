import type { ImportArchiveInput, MutationResolvers, SubscriptionResolvers } from '#codegen/sandbox.ts';
import { endable } from '#mesh/endable.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { MAX_PART_BYTES, type Archives } from '../files/archives.ts';
import { base64Bytes } from '../files/file-content.ts';
import type { Projects } from '../projects.ts';
import { filePathOf } from './arguments.ts';
import { writerOf } from './files.ts';

/** How much of an archive one event has, in bytes. */
const PIECE_BYTES = 262_144;
/** How long a stream may be left unread before it is ended. */
const PATIENCE_MS = 30_000;

interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly isLast: boolean;
}

/** The same bytes in pieces of one size, the last of which is marked. */
const inPieces = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Piece, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length > PIECE_BYTES) {
      yield { offset, bytes: rest.subarray(0, PIECE_BYTES), isLast: false };
      rest = rest.subarray(PIECE_BYTES);
      offset += PIECE_BYTES;
    }
  }
  yield { offset, bytes: rest, isLast: true };
};

const bytesOf = (data: string): Buffer => {
  const bytes = base64Bytes(data);
  if (!bytes) throw new StudioError('BAD_USER_INPUT', 'data is base64 with padding.', { argument: 'data' });
  if (bytes.length > MAX_PART_BYTES) {
    throw new StudioError('SIZE_REFUSED', `data has at most ${MAX_PART_BYTES} bytes: send parts of it.`, {
      argument: 'data',
    });
  }
  return bytes;
};

/** The bytes of an archive, or the id of its upload. */
const archiveOf = ({ upload, data }: Pick<ImportArchiveInput, 'upload' | 'data'>): Buffer | string => {
  if (typeof upload === 'string' && typeof data !== 'string') return upload;
  if (typeof data === 'string' && typeof upload !== 'string') return bytesOf(data);
  throw new StudioError('BAD_USER_INPUT', 'One of upload and data is the archive.', { argument: 'data' });
};

/** Projects as archives, out and in. */
export const archiveResolvers = (
  projects: Projects,
  archives: Archives,
): {
  readonly Mutation: Pick<MutationResolvers, 'uploadArchive' | 'importArchive'>;
  readonly Subscription: Pick<SubscriptionResolvers, 'exportProject'>;
} => {
  return {
    Mutation: {
      uploadArchive: async (_, { input }, context) => {
        const bytes = bytesOf(input.data);
        if (bytes.length === 0) throw new StudioError('BAD_USER_INPUT', 'A part has a byte.', { argument: 'data' });
        const project = await projects.writable(callerOf(context), input.projectId);
        return archives.upload(project.id, input.upload ?? null, input.offset ?? 0, bytes);
      },
      importArchive: async (_, { input }, context) => {
        const { folder, existing = 'REFUSE' } = input;
        const archive = archiveOf(input);
        const caller = callerOf(context);
        const writer = writerOf(caller, input.agent);
        const path = folder === undefined || folder === null || folder === '' ? null : filePathOf(folder, 'folder');
        const project = await projects.writable(caller, input.projectId);
        const { kept, ...imported } = await archives.take(project.id, writer, archive, { folder: path, existing });
        return { ...imported, kept: [...kept] };
      },
    },
    Subscription: {
      exportProject: {
        subscribe: async (_, { projectId }, context) => {
          const caller = callerOf(context);
          const project = await projects.readable(caller, projectId);
          return endable(
            () => inPieces(archives.pack(caller.userId, project.id)),
            context.signal,
            (error) => context.log.error({ error }, 'an archive ended badly'),
            PATIENCE_MS,
          );
        },
        resolve: ({ offset, bytes, isLast }: Piece) => ({ offset, data: bytes.toString('base64'), isLast }),
      },
    },
  };
};
