import type { Run } from './command.ts';

interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Imported only when it is asked for: a command loads nothing of the others. */
  readonly load: () => Promise<{ readonly run: Run }>;
}

export const COMMANDS = {
  start: {
    usage: 'start',
    summary: 'Start the whole studio: database, services, gateway.',
    load: () => import('./start.ts'),
  },
  serve: {
    usage: 'serve <service…>',
    summary: 'Host services in this process: gateway, users, models, sandbox, agents.',
    load: () => import('./serve.ts'),
  },
  migrate: {
    usage: 'migrate',
    summary: 'Bring the database to the newest state, and make the first admin.',
    load: () => import('./migrate.ts'),
  },
  doctor: {
    usage: 'doctor [--json]',
    summary: 'Say what this host can and cannot do, and how to mend it.',
    load: () => import('./doctor.ts'),
  },
  test: {
    usage: 'test',
    summary: 'Check everything: generated files, types, lint, unit, integration and browser tests.',
    load: () => import('./test.ts'),
  },
  generate: {
    usage: 'generate',
    summary: 'Write what is derived from schemas/.',
    load: () => import('./generate.ts'),
  },
  graph: {
    usage: 'graph check [--against <sdl or address>] [--documents <path>]… [--json]',
    summary: 'Say whether the graph composes, what changes for its clients, and what nobody uses.',
    load: () => import('./graph.ts'),
  },
  format: {
    usage: 'format [--check]',
    summary: 'Format every file.',
    load: () => import('./format.ts'),
  },
  user: {
    usage: 'user add|list|passwd|suspend|activate|role|grant|reset-totp|export|erase',
    summary: 'Keep accounts, for the operator of this machine.',
    load: () => import('./user.ts'),
  },
  key: {
    usage: 'key add|list|revoke',
    summary: 'Keep API keys, for the operator of this machine.',
    load: () => import('./key.ts'),
  },
  model: {
    usage: 'model train-starter|train-embedder',
    summary: 'Repeat how the starter models were made.',
    load: () => import('./model.ts'),
  },
  sandbox: {
    usage: 'sandbox build-image',
    summary: 'Build what the virtual machines of the engine micro run: kernel and disk, out of Debian packages.',
    load: () => import('./sandbox.ts'),
  },
  bench: {
    usage: 'bench billing|gateway|inference',
    summary: 'Measure what billing adds to a chat, or the gateway or models against others.',
    load: () => import('./bench.ts'),
  },
  help: { usage: 'help', summary: 'Show this.', load: () => import('./help.ts') },
  version: { usage: 'version', summary: 'Show the version.', load: () => import('./version.ts') },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

export type Choice =
  | { readonly outcome: 'run'; readonly command: CommandName; readonly args: readonly string[] }
  | { readonly outcome: 'unknown'; readonly name: string };

const SYNONYMS: Readonly<Record<string, CommandName>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
};

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

/** Decides which command a command line means; none at all asks for help. */
export const choose = (argv: readonly string[]): Choice => {
  const [given = 'help', ...args] = argv;
  const name = Object.hasOwn(SYNONYMS, given) ? (SYNONYMS[given] ?? given) : given;
  if (!isCommand(name)) return { outcome: 'unknown', name: given };
  // These two say how each of their tasks is called.
  const explainsItself = name === 'user' || name === 'key';
  if (!explainsItself && (args.includes('--help') || args.includes('-h')))
    return { outcome: 'run', command: 'help', args: [] };
  return { outcome: 'run', command: name, args };
};
