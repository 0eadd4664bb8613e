import { StudioError } from '#mesh/errors.ts';
import type { Lease } from '../store/leases.ts';
import type { Writer } from './files.ts';

/** Whether a lease on one path is in the way of the other: the same file, a folder above it, or something below it. */
export const covers = (lease: string, path: string): boolean =>
  lease === path || path.startsWith(`${lease}/`) || lease.startsWith(`${path}/`);

const isMine = ({ holderId, agent }: Lease, writer: Writer): boolean =>
  holderId === writer.userId && agent === writer.agent;

/** The lease of somebody else that keeps a writer from a path; null when there is none. */
const leaseAgainst = (leases: readonly Lease[], writer: Writer, path: string): Lease | null =>
  leases.find((lease) => !isMine(lease, writer) && covers(lease.path, path)) ?? null;

/** @throws StudioError FILE_LOCKED with `lock`: the path, the holder and until when */
export const refuseLocked = (leases: readonly Lease[], writer: Writer, path: string): void => {
  const lease = leaseAgainst(leases, writer, path);
  if (!lease) return;
  const { path: held, agent, holderId, expiresAt } = lease;
  const who = agent === null ? 'a user' : `the agent's run ${agent}`;
  throw new StudioError('FILE_LOCKED', `${held} is held by ${who} until ${expiresAt}.`, {
    lock: {
      path: held,
      holder: agent === null ? { kind: 'USER', id: holderId } : { kind: 'AGENT', id: agent },
      expiresAt,
    },
  });
};
