import type {
  ChangeSetResolvers,
  MutationResolvers,
  ProjectResolvers,
  ProposedFileInput,
  ProposedFileResolvers,
  QueryResolvers,
} from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { spendContent } from '../content-budget.ts';
import { hunkId } from '../files/change-set-decision.ts';
import { textsOf } from '../files/change-set-outcome.ts';
import type { ChangeSets, Wanted } from '../files/change-sets.ts';
import type { Checkpoints } from '../files/checkpoints.ts';
import { textOf } from '../files/file-content.ts';
import type { Files } from '../files/files.ts';
import { knownPath } from '../files/file-path.ts';
import type { Projects } from '../projects.ts';
import { bytesOf, conditionOf, countOf, filePathOf, lineOf } from './arguments.ts';
import { writerOf } from './files.ts';

const MOST = 200;
const MAX_REASON_CHARACTERS = 10_000;
/** Far more than any change set has hunks that could be named one by one in a request of 1 MiB. */
const MAX_IDS = 20_000;

const wantedOf = ({ path, content, encoding = 'UTF8', baseVersion }: ProposedFileInput): Wanted => ({
  path: filePathOf(path),
  bytes: content === undefined || content === null ? null : bytesOf({ content, encoding }),
  baseVersion: conditionOf({ ifVersion: baseVersion ?? null }),
});

const reasonOf = (reason: string | null | undefined): string | null => {
  if (reason === undefined || reason === null || reason === '') return null;
  if (Array.from(reason).length <= MAX_REASON_CHARACTERS && reason.isWellFormed() && !reason.includes('\0'))
    return reason;
  throw new StudioError('BAD_USER_INPUT', `reason is text of at most ${MAX_REASON_CHARACTERS} characters.`, {
    argument: 'reason',
  });
};

interface Stores {
  readonly projects: Projects;
  readonly files: Files;
  readonly checkpoints: Checkpoints;
  readonly changeSets: ChangeSets;
}

/** Proposing changes and deciding on them. */
export const changeSetResolvers = ({
  projects,
  files,
  checkpoints,
  changeSets,
}: Stores): {
  readonly Query: Pick<QueryResolvers, 'changeSet'>;
  readonly Mutation: Pick<MutationResolvers, 'proposeChangeSet' | 'decideChangeSet'>;
  readonly Project: Pick<ProjectResolvers, 'changeSets'>;
  readonly ChangeSet: ChangeSetResolvers;
  readonly ProposedFile: ProposedFileResolvers;
} => {
  const found = async (caller: Caller, id: string) => {
    const set = await changeSets.find(id);
    if (!set) throw new StudioError('NOT_FOUND', 'There is no such change set, or it is not yours.');
    await projects.readable(caller, set.projectId);
    return set;
  };
  return {
    Query: { changeSet: (_, { id }, context) => found(callerOf(context), id) },
    Mutation: {
      proposeChangeSet: async (_, { input }, context) => {
        const caller = callerOf(context);
        const about = { title: lineOf(input.title, 'title'), reason: reasonOf(input.reason) };
        const wanted = input.files.map(wantedOf);
        const author = writerOf(caller, input.agent);
        const project = await projects.writable(caller, input.projectId);
        return changeSets.propose(project.id, author, about, wanted);
      },
      decideChangeSet: async (_, { id, accept, reject, rest, agent }, context) => {
        if (accept.length + reject.length > MAX_IDS) {
          throw new StudioError('BAD_USER_INPUT', `At most ${MAX_IDS} hunks are named at once.`);
        }
        const caller = callerOf(context);
        const writer = writerOf(caller, agent);
        const set = await found(caller, id);
        await projects.writable(caller, set.projectId);
        return changeSets.decide(set, writer, { accept, reject, rest: rest ?? null });
      },
    },
    Project: {
      changeSets: async ({ id }, { status, first }) => [
        ...(await changeSets.of(id, status ?? null, countOf(first, MOST))),
      ],
    },
    ChangeSet: {
      project: ({ projectId }, _, context) => projects.readable(callerOf(context), projectId),
      author: ({ authorId }) => ({ id: authorId }),
      checkpoint: ({ projectId, checkpointId }) =>
        checkpointId === null ? null : checkpoints.find(projectId, checkpointId),
      files: async ({ id }) => [...(await changeSets.files(id))],
    },
    ProposedFile: {
      id: ({ number }) => String(number),
      kind: ({ base, proposed }) => (base === null ? 'CREATED' : proposed === null ? 'DELETED' : 'CHANGED'),
      baseVersion: ({ base }) => base ?? '',
      file: ({ projectId, path }) => files.find(projectId, knownPath(path)),
      content: async (file, { encoding }, context) => {
        spendContent(context, file.baseSize + file.proposedSize);
        const { proposed } = await changeSets.contents(file);
        return proposed && (encoding === 'BASE64' ? proposed.toString('base64') : textOf(proposed));
      },
      hunks: async (file, _, context) => {
        spendContent(context, file.baseSize + file.proposedSize);
        const { base, proposed } = await changeSets.contents(file);
        const texts = textsOf({ base: base ?? Buffer.alloc(0), proposed: proposed ?? Buffer.alloc(0) });
        const isWhole = base === null || proposed === null;
        return file.hunks.map(({ from, count, to, toCount, decision }, index) => ({
          id: hunkId(file.number, index),
          decision,
          line: from + 1,
          removed: texts && texts.before.slice(from, isWhole ? undefined : from + count).join(''),
          added: texts && texts.after.slice(to, isWhole ? undefined : to + toCount).join(''),
        }));
      },
    },
  };
};
