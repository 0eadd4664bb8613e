import deleteSchema from '#schemas/rpc/fs.delete.json' with { type: 'json' };
import listSchema from '#schemas/rpc/fs.list.json' with { type: 'json' };
import mkdirSchema from '#schemas/rpc/fs.mkdir.json' with { type: 'json' };
import moveSchema from '#schemas/rpc/fs.move.json' with { type: 'json' };
import readSchema from '#schemas/rpc/fs.read.json' with { type: 'json' };
import writeSchema from '#schemas/rpc/fs.write.json' with { type: 'json' };
import { StudioError } from '#mesh/errors.ts';
import { defineMethod } from '../method.ts';

type Encoding = 'utf8' | 'base64';

interface WriteParams {
  readonly project?: string;
  readonly path: string;
  readonly content: string;
  readonly encoding?: Encoding;
  readonly if_version?: string;
}

interface DeleteParams {
  readonly project?: string;
  readonly path: string;
  readonly if_version?: string;
}

interface MoveParams extends DeleteParams {
  readonly to: string;
}

interface ReadParams {
  readonly project?: string;
  readonly path: string;
  readonly encoding?: Encoding;
}

interface ListParams {
  readonly project?: string;
  readonly path?: string;
}

interface File {
  readonly path: string;
  readonly size: number;
  readonly version: string;
}

interface Written {
  readonly writeFile: File;
}

interface Read {
  readonly project: { readonly file: (File & { readonly content: string | null }) | null } | null;
}

interface Listed {
  readonly project: { readonly files: readonly (File & { readonly updatedAt: string })[] } | null;
}

export const fsMethods = [
  defineMethod({
    schema: writeSchema,
    document: /* GraphQL */ `
      mutation RpcWriteFile($input: WriteFileInput!) {
        writeFile(input: $input) {
          path
          size
          version
        }
      }
    `,
    variables: ({ project, path, content, encoding = 'utf8', if_version: ifVersion }: WriteParams) => ({
      input: { projectId: project, path, content, encoding: encoding.toUpperCase(), ifVersion },
    }),
    result: ({ writeFile: { path, size, version } }: Written) => ({ path, size, version }),
  }),

  defineMethod({
    schema: readSchema,
    document: /* GraphQL */ `
      query RpcReadFile($project: ID, $path: String!, $encoding: FileEncoding!) {
        project(id: $project) {
          file(path: $path) {
            path
            size
            version
            content(encoding: $encoding)
          }
        }
      }
    `,
    variables: ({ project, path, encoding = 'utf8' }: ReadParams) => ({
      project,
      path,
      encoding: encoding.toUpperCase(),
    }),
    result: ({ project }: Read, { encoding = 'utf8' }: ReadParams) => {
      const file = project?.file;
      if (!file) throw new StudioError('NOT_FOUND', 'There is no file at this path.', { argument: 'path' });
      const { path, size, version, content } = file;
      if (content === null) {
        throw new StudioError('BAD_USER_INPUT', 'The file is not UTF-8: read it with the encoding base64.', {
          argument: 'encoding',
        });
      }
      return { path, size, version, content, encoding };
    },
  }),

  defineMethod({
    schema: listSchema,
    document: /* GraphQL */ `
      query RpcListFiles($project: ID, $folder: String) {
        project(id: $project) {
          files(folder: $folder) {
            path
            size
            version
            updatedAt
          }
        }
      }
    `,
    variables: ({ project, path }: ListParams) => ({ project, folder: path === '' ? undefined : path }),
    result: ({ project }: Listed) => ({
      files: (project?.files ?? []).map(({ updatedAt, ...file }) => ({ ...file, updated_at: updatedAt })),
    }),
  }),

  defineMethod({
    schema: deleteSchema,
    document: /* GraphQL */ `
      mutation RpcDeleteFile($input: DeleteFileInput!) {
        deleteFile(input: $input)
      }
    `,
    variables: ({ project, path, if_version: ifVersion }: DeleteParams) => ({
      input: { projectId: project, path, ifVersion },
    }),
    result: (_: unknown, { path }: DeleteParams) => ({ path: path.normalize('NFC') }),
  }),

  defineMethod({
    schema: moveSchema,
    document: /* GraphQL */ `
      mutation RpcMoveFile($input: MoveFileInput!) {
        moveFile(input: $input) {
          path
        }
      }
    `,
    variables: ({ project, path, to, if_version: ifVersion }: MoveParams) => ({
      input: { projectId: project, from: path, to, ifVersion },
    }),
    result: (_: unknown, { path, to }: MoveParams) => ({ path: to.normalize('NFC'), from: path.normalize('NFC') }),
  }),

  defineMethod({
    schema: mkdirSchema,
    document: /* GraphQL */ `
      mutation RpcMakeFolder($input: CreateFolderInput!) {
        createFolder(input: $input)
      }
    `,
    variables: ({ project, path }: DeleteParams) => ({ input: { projectId: project, path } }),
    result: (_: unknown, { path }: DeleteParams) => ({ path: path.normalize('NFC') }),
  }),
];
