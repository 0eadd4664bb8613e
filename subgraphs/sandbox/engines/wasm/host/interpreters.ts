import type { Flavour } from './protocol.ts';

/** The jail's folders that a job writes to. */
export const WORKSPACE = '/workspace';
export const TEMPORARY = '/tmp';

export type Language = Exclude<Flavour, 'module'>;

export interface Interpreter {
  /** Before the script's path. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Folders of the jail as the program sees them. */
  readonly folders: Readonly<Record<string, string>>;
  /** How a script's name must end; null when that does not matter. */
  readonly ending: string | null;
}

const FOLDERS = { [WORKSPACE]: WORKSPACE, [TEMPORARY]: TEMPORARY };

export const INTERPRETERS: Readonly<Record<Language, Interpreter>> = {
  python: {
    command: ['python'],
    env: { PYTHONHOME: '/python', PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    folders: { ...FOLDERS, '/python': '/python' },
    ending: null,
  },
  javascript: {
    command: ['quickjs', '--', '/javascript/main.js'],
    env: {},
    // It has no working folder: what has no folder in front of it is looked for in the root.
    folders: { ...FOLDERS, '/': WORKSPACE, '/javascript': '/javascript' },
    ending: '.js',
  },
};
