import type { FileLockResolvers, FileResolvers, MutationResolvers, ProjectResolvers } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { covers } from '../files/leases.ts';
import type { Locks } from '../files/locks.ts';
import type { Projects } from '../projects.ts';
import { filePathOf } from './arguments.ts';
import { writerOf } from './files.ts';

const MAX_SECONDS = 3_600;

/** Asks for the locks of a project once in a request, however many of its files are asked for theirs. */
const oncePerRequest = (ask: Locks['of']): ((request: object, projectId: string) => ReturnType<Locks['of']>) => {
  const asked = new WeakMap<object, Map<string, ReturnType<Locks['of']>>>();
  return (request, projectId) => {
    const ofRequest = asked.get(request) ?? new Map();
    asked.set(request, ofRequest);
    const answer = ofRequest.get(projectId) ?? ask(projectId);
    ofRequest.set(projectId, answer);
    return answer;
  };
};

/** Locks on files and folders. */
export const lockResolvers = (
  projects: Projects,
  locks: Locks,
): {
  readonly Mutation: Pick<MutationResolvers, 'lockFile' | 'unlockFile'>;
  readonly Project: Pick<ProjectResolvers, 'locks'>;
  readonly File: Pick<FileResolvers, 'lock'>;
  readonly FileLock: FileLockResolvers;
} => {
  const heldIn = oncePerRequest((projectId) => locks.of(projectId));
  return {
    Mutation: {
      lockFile: async (_, { input }, context) => {
        const { seconds = 300 } = input;
        if (seconds < 1 || seconds > MAX_SECONDS) {
          throw new StudioError('BAD_USER_INPUT', `seconds is from 1 to ${MAX_SECONDS}.`, { argument: 'seconds' });
        }
        const caller = callerOf(context);
        const path = filePathOf(input.path);
        const holder = writerOf(caller, input.agent);
        const project = await projects.writable(caller, input.projectId);
        return locks.take(project.id, holder, path, seconds);
      },
      unlockFile: (_, { id }, context) => locks.release(id, callerOf(context).userId),
    },
    Project: { locks: async ({ id }) => [...(await locks.of(id))] },
    File: {
      lock: async ({ projectId, path }, _, context) => {
        const held = await heldIn(context, projectId);
        return held.find((lock) => lock.path === path || covers(lock.path, path)) ?? null;
      },
    },
    FileLock: { holder: ({ holderId }) => ({ id: holderId }) },
  };
};
