import { z } from 'zod';
import type { Database } from '#mesh/database/pool.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { flawOfLine } from '#mesh/one-line.ts';
import type { ProjectMapper } from './mappers.ts';
import {
  deleteProject,
  ensureProject,
  findProject,
  findProjectByName,
  insertProject,
  MAX_PROJECTS,
  projectsOf,
  renameProject,
} from './store/projects.ts';

/** The project that is meant where none is named. */
const DEFAULT_PROJECT = 'default';

const MAX_NAME_CHARACTERS = 100;

export type NameVerdict =
  | { readonly outcome: 'accepted'; readonly name: string }
  /** `reason` completes the sentence "The name …". */
  | { readonly outcome: 'refused'; readonly reason: string };

/** Decides whether a text may name a project. Spaces around it are not part of the name. */
export const parseProjectName = (text: string): NameVerdict => {
  const name = text.trim().normalize('NFC');
  if (Array.from(name).length > MAX_NAME_CHARACTERS) {
    return { outcome: 'refused', reason: `is over ${MAX_NAME_CHARACTERS} characters` };
  }
  const flaw = flawOfLine(name);
  return flaw === null ? { outcome: 'accepted', name } : { outcome: 'refused', reason: flaw };
};

/** What a caller may do with a project: an owner all, who manages users look. A key of theirs without that scope may not. */
export const accessTo = (
  project: Pick<ProjectMapper, 'ownerId'> | null,
  caller: { readonly userId: string; readonly scopes: readonly string[] },
): 'write' | 'read' | 'none' => {
  if (project === null) return 'none';
  if (project.ownerId === caller.userId) return 'write';
  return caller.scopes.includes('users:manage') ? 'read' : 'none';
};

/** Users' projects, as far as a caller reaches them. */
export interface Projects {
  /** The caller's own, newest first. */
  listOf(caller: Caller): Promise<readonly ProjectMapper[]>;
  /** @throws StudioError NOT_FOUND when there is none, or it is not for this caller to see */
  readable(caller: Caller, id: string): Promise<ProjectMapper>;
  /** The caller's default project; null while there is none. */
  standing(caller: Caller): Promise<ProjectMapper | null>;
  /**
   * @param id null for the caller's default project, which is made when there is none
   * @throws StudioError NOT_FOUND, FORBIDDEN for an admin who is not the owner
   */
  writable(caller: Caller, id: string | null): Promise<ProjectMapper>;
  /** @throws StudioError BAD_USER_INPUT, CONFLICT, LIMIT_REACHED */
  create(caller: Caller, name: string): Promise<ProjectMapper>;
  /** @throws StudioError NOT_FOUND, FORBIDDEN, BAD_USER_INPUT, CONFLICT */
  rename(caller: Caller, id: string, name: string): Promise<ProjectMapper>;
  /**
   * Deletes a project for good.
   * @param name its name, so that nobody deletes another by mistake
   * @throws StudioError NOT_FOUND, FORBIDDEN, BAD_USER_INPUT
   */
  remove(caller: Caller, id: string, name: string): Promise<void>;
}

const nameOf = (text: string): string => {
  const verdict = parseProjectName(text);
  if (verdict.outcome === 'accepted') return verdict.name;
  throw new StudioError('BAD_USER_INPUT', `The name ${verdict.reason}.`, { argument: 'name' });
};

const nameTaken = (): StudioError => new StudioError('CONFLICT', 'You have a project of this name already.');

export const createProjects = (database: Database): Projects => {
  const find = async (id: string): Promise<ProjectMapper | null> =>
    z.uuid().safeParse(id).success ? findProject(database, id) : null;

  const owned = async (caller: Caller, id: string): Promise<ProjectMapper> => {
    const project = await find(id);
    const access = accessTo(project, caller);
    if (access === 'read') throw new StudioError('FORBIDDEN', 'Only its owner writes to a project.');
    if (!project || access === 'none') {
      throw new StudioError('NOT_FOUND', 'There is no such project, or it is not yours.');
    }
    return project;
  };

  return {
    listOf: (caller) => projectsOf(database, caller.userId),
    readable: async (caller, id) => {
      const project = await find(id);
      if (!project || accessTo(project, caller) === 'none') {
        throw new StudioError('NOT_FOUND', 'There is no such project, or it is not yours.');
      }
      return project;
    },
    standing: (caller) => findProjectByName(database, caller.userId, DEFAULT_PROJECT),
    writable: (caller, id) =>
      id === null ? ensureProject(database, caller.userId, DEFAULT_PROJECT) : owned(caller, id),
    create: async (caller, text) => {
      const insertion = await insertProject(database, caller.userId, nameOf(text));
      if (insertion.outcome === 'made') return insertion.project;
      throw insertion.outcome === 'name taken'
        ? nameTaken()
        : new StudioError('LIMIT_REACHED', `You have ${MAX_PROJECTS} projects, the most there may be.`);
    },
    rename: async (caller, id, text) => {
      const name = nameOf(text);
      const { id: known } = await owned(caller, id);
      const renamed = await renameProject(database, known, name);
      if (!renamed) throw nameTaken();
      return renamed;
    },
    remove: async (caller, id, name) => {
      const project = await owned(caller, id);
      if (project.name !== name) {
        throw new StudioError('BAD_USER_INPUT', 'name must be the name of the project.', { argument: 'name' });
      }
      await deleteProject(database, project.id);
    },
  };
};
