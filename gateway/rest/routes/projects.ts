import { defineRoute } from '../route.ts';

/** What `ARCHIVE` selects, of each event. */
interface ArchiveData {
  readonly exportProject: { readonly data: string; readonly isLast: boolean };
}

const ARCHIVE = /* GraphQL */ `
  subscription RestArchive($projectId: ID!) {
    exportProject(projectId: $projectId) {
      data
      isLast
    }
  }
`;

export const projectRoutes = [
  defineRoute({
    method: 'GET',
    path: '/projects/{id}/archive',
    tag: 'Projects',
    summary: 'The files and folders of a project as a ZIP archive.',
    file: 'application/zip',
    ask: (_: undefined, { id: projectId }) => ({
      kind: 'file',
      document: ARCHIVE,
      variables: { projectId },
      name: 'project.zip',
      piece: ({ exportProject: { data, isLast } }: ArchiveData) => ({
        bytes: Buffer.from(data, 'base64'),
        last: isLast,
      }),
    }),
  }),
];
