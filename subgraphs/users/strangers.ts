import { StudioError } from '#mesh/errors.ts';
import type { Caller } from '#mesh/identity.ts';
import { callerOf, type RequestContext } from '#mesh/subgraph.ts';

/** Whether the caller neither is this user nor manages all of them. */
export const isStranger = (caller: Pick<Caller, 'userId' | 'scopes'>, userId: string): boolean =>
  caller.userId !== userId && !caller.scopes.includes('users:manage');

/** @throws StudioError FORBIDDEN to whoever is neither the user nor an admin */
export const refuseStrangers = (userId: string, context: Pick<RequestContext, 'caller'>): void => {
  if (isStranger(callerOf(context), userId)) {
    throw new StudioError('FORBIDDEN', 'Only the user and admins may see this of a user.');
  }
};
