import { readlinkSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { JailOrder, Spawned } from './spawn.ts';

/** What a jail says of itself, by its own eyes. */
const QUESTIONS = `
sub status { my $name = shift; open(my $f, '<', '/proc/self/status') or return ''; while (<$f>) { return $1 if /^$name:\\s+(\\S+)/ } '' }
print "uid=$<\\n";
print "privileges=", status('NoNewPrivs'), "\\n";
print "filter=", status('Seccomp'), "\\n";
print "capabilities=", status('CapEff'), "\\n";
print "network=", readlink('/proc/self/ns/net'), "\\n";
open(my $net, '<', '/proc/net/dev'); my @names = map { /^\\s*(\\S+):/ ? $1 : () } <$net>; print "interfaces=@names\\n";
print "namespaces=", (syscall($ARGV[0], 0x10000000) == 0 ? 'made' : 'refused'), "\\n";
for ('/', '/usr', '/dev') { print "writes=$_\\n" if open(my $f, '>', "$_/devstudio-self-test") }
opendir(my $proc, '/proc'); print "processes=", scalar(grep { /^\\d+$/ } readdir $proc), "\\n";
`;

/** What it must say, and what it means when it does not. */
const EXPECTED: readonly (readonly [key: string, value: string, fault: string])[] = [
  ['uid', '65534', 'a program would run as another user than nobody'],
  ['privileges', '1', 'a program could gain privileges'],
  ['filter', '2', 'system calls would not be filtered'],
  ['capabilities', '0000000000000000', 'a program would have capabilities'],
  ['interfaces', 'lo', 'a program would see network interfaces'],
  ['namespaces', 'refused', 'a program could make namespaces of its own'],
  ['processes', '2', 'a program would see other processes'],
];

export type SelfTest =
  | { readonly outcome: 'held' }
  | { readonly outcome: 'refused'; readonly reason: string; readonly mend: string };

const SETUPS: readonly (readonly [said: RegExp, reason: string, mend: string])[] = [
  [
    /setting up uid map: Permission denied|RTM_NEWADDR|apparmor/iu,
    'AppArmor forbids bubblewrap to make user namespaces.',
    'Install an AppArmor profile for /usr/bin/bwrap that allows `userns,`, or set kernel.apparmor_restrict_unprivileged_userns=0.',
  ],
  [
    /mount proc on|Can't mount proc/u,
    "The container's /proc is partly covered, so that no fresh one can be mounted in the jail.",
    'Start the container with `security_opt: [systempaths=unconfined]`.',
  ],
  [
    /nesting depth|ENOSPC|No space left on device/u,
    'The kernel allows no further user namespaces.',
    'Raise user.max_user_namespaces (sysctl), or run the studio less deeply nested.',
  ],
  [
    /No permissions to create (?:a )?new namespace|Creating new namespace failed|Operation not permitted/u,
    'The kernel or the container forbids user namespaces.',
    'Set kernel.unprivileged_userns_clone=1 (sysctl), or give the container a seccomp profile that allows clone, unshare, mount, umount2 and pivot_root.',
  ],
  [/Unknown option|nrecognized option/u, 'The bubblewrap of this host is too old.', 'Install bubblewrap 0.8 or newer.'],
];

/** What a jail that could not be set up said, as a reason and what to do about it. */
export const explainSetup = (said: string): Extract<SelfTest, { outcome: 'refused' }> => {
  const [, reason, mend] = SETUPS.find(([pattern]) => pattern.test(said)) ?? [];
  return {
    outcome: 'refused',
    reason: reason ?? `The jail cannot be set up: ${said.split('\n')[0] ?? ''}`,
    mend: mend ?? 'Run `bwrap --unshare-all --ro-bind / / true` as the user of the studio: it must succeed.',
  };
};

const parse = (output: string): readonly (readonly [key: string, value: string])[] =>
  output
    .trim()
    .split('\n')
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    });

/** Decides by what a jail said of itself whether it holds. */
export const judge = (output: string, networkOfHost: string): SelfTest => {
  const said = parse(output);
  const find = (key: string): string | undefined => said.find(([name]) => name === key)?.[1];
  const faults = EXPECTED.filter(([key, value]) => find(key) !== value).map(([, , fault]) => fault);
  if (find('network') === networkOfHost) faults.push('a program would reach the network');
  const written = find('writes');
  if (written !== undefined) faults.push(`a program could write to ${written}`);
  const [fault] = faults;
  if (fault === undefined) return { outcome: 'held' };
  return {
    outcome: 'refused',
    reason: `The jail of this host does not hold: ${fault}.`,
    mend: 'Use a kernel with user namespaces and seccomp filters, and bubblewrap 0.8 or newer.',
  };
};

const LIMITS = { wallMs: 10_000, cpuMs: 5_000, memoryBytes: 128 * 1024 ** 2, processes: 8, fileBytes: 1024 ** 2 };

/** Starts one jail exactly as programs get it, and has it examine itself. */
export const testJail = async (
  spawn: (order: JailOrder) => Promise<Spawned>,
  { perl, unshare }: { readonly perl: string; readonly unshare: number },
): Promise<SelfTest> => {
  const spawned = await spawn({
    command: [perl, '-e', QUESTIONS, String(unshare)],
    env: { LANG: 'C' },
    folder: '/workspace',
    binds: [],
    memoryFolders: [{ path: '/workspace', bytes: 1024 ** 2 }],
    files: [],
    limits: LIMITS,
    stdin: 'empty',
  });
  if (spawned.outcome === 'failed') return explainSetup(spawned.reason);
  const { process } = spawned;
  process.stderr.resume();
  const [output] = await Promise.all([text(process.stdout), process.ended]);
  await process.close();
  return judge(output, readlinkSync('/proc/self/ns/net'));
};
