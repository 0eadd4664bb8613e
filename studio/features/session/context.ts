import { createContext, use } from 'react';
import type { SessionUser } from './decisions.ts';
import type { Session } from './session.ts';

/** An open session and whose it is. */
export interface OpenSession {
  readonly session: Session;
  readonly user: SessionUser;
}

export const SessionContext = createContext<OpenSession | null>(null);

/** The session of the person who is signed in. */
export const useSession = (): OpenSession => {
  const open = use(SessionContext);
  if (!open) throw new Error('useSession needs a SessionContext above it');
  return open;
};
