import type { Role } from '#mesh/identity.ts';

const READ = ['models:read', 'projects:read'] as const;
const WRITE = ['inference:run', 'projects:write', 'conversations:write'] as const;
const MANAGE = ['models:manage', 'users:manage'] as const;

/** What each role may do; the SDL names the scope that a field needs. */
const SCOPES: Readonly<Record<Role, ReadonlySet<string>>> = {
  VIEWER: new Set(READ),
  DEVELOPER: new Set([...READ, ...WRITE]),
  ADMIN: new Set([...READ, ...WRITE, ...MANAGE]),
};

export const scopesOf = (role: Role): ReadonlySet<string> => SCOPES[role];

/** Whether any role has it; a scope that none has is a slip of the SDL. */
export const isScope = (scope: string): boolean => Object.values(SCOPES).some((scopes) => scopes.has(scope));
