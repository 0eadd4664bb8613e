import type { Role } from './identity.ts';

const READ = ['models:read', 'projects:read', 'conversations:read', 'account:read'] as const;
const WRITE = [
  'inference:run',
  'code:run',
  'projects:write',
  'conversations:write',
  'keys:write',
  'graph:introspect',
] as const;
const MANAGE = ['models:manage', 'users:manage', 'audit:read'] as const;

/** What each role may do; the SDL names the scope that a field needs. */
const SCOPES: Readonly<Record<Role, readonly string[]>> = {
  VIEWER: READ,
  DEVELOPER: [...READ, ...WRITE],
  ADMIN: [...READ, ...WRITE, ...MANAGE],
};

/** What programs that do inference and work on files need. */
const OF_KEYS: ReadonlySet<string> = new Set([
  'models:read',
  'projects:read',
  'projects:write',
  'code:run',
  'conversations:read',
  'conversations:write',
  'inference:run',
]);

const MANAGING: ReadonlySet<string> = new Set(MANAGE);

/** All that a role may do. */
export const scopesOf = (role: Role): readonly string[] => SCOPES[role];

/** Whether a key has it without being named for it, as long as its owner's role has it. */
export const isForKeys = (scope: string): boolean => OF_KEYS.has(scope);

/** Every scope there is. */
export const ALL_SCOPES: readonly string[] = SCOPES.ADMIN;

/** Whether any role has it; a scope that none has is a slip. */
export const isScope = (scope: string): boolean => Object.values(SCOPES).some((scopes) => scopes.includes(scope));

/** Whether it is for managing what belongs to others; a key has such a scope only when it was named for it. */
export const isManaging = (scope: string): boolean => MANAGING.has(scope);
