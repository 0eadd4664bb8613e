import writeSchema from '#schemas/rpc/fs.write.json' with { type: 'json' };
import { defineMethod } from '../method.ts';

interface WriteParams {
  readonly project?: string;
  readonly path: string;
  readonly content: string;
  readonly encoding?: 'utf8' | 'base64';
}

interface Written {
  readonly writeFile: { readonly path: string; readonly size: number; readonly version: string };
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
    variables: ({ project, path, content, encoding = 'utf8' }: WriteParams) => ({
      input: { projectId: project, path, content, encoding: encoding.toUpperCase() },
    }),
    result: ({ writeFile: { path, size, version } }: Written) => ({ path, size, version }),
  }),
];
