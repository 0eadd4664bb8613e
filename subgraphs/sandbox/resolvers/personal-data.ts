import type { UserResolvers } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import { callerOf } from '#mesh/subgraph.ts';
import { z } from 'zod';
import { spendContent } from '../content-budget.ts';
import { PAGE_BYTES, type ProjectData } from '../personal-data.ts';

/** @param page one page of a person's projects and files */
export const personalDataResolvers = (
  page: (userId: string, after: string | null) => Promise<ProjectData>,
): UserResolvers => ({
  __resolveReference: ({ id }) => ({ id }),
  projectData: async ({ id }, { after = null }, context) => {
    const caller = callerOf(context);
    if (caller.userId !== id && !caller.scopes.includes('users:manage')) {
      throw new StudioError('FORBIDDEN', 'Only the user and admins may see what is kept about a user.');
    }
    // Nobody stands under an id that is none.
    if (!z.uuid().safeParse(id).success) return { items: [], next: null };
    spendContent(context, PAGE_BYTES);
    return page(id, after);
  },
});
