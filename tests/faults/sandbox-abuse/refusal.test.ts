import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRunEngine } from '#subgraphs/sandbox/engines/run/engine.ts';
import { openJail } from '#subgraphs/sandbox/jail/jail.ts';

const folder = mkdtempSync(join(tmpdir(), 'weak-jail-'));
const path = process.env['PATH'] ?? '';

/** Puts a bubblewrap before the host's that leaves out some arguments, or does something else. */
const replaceBubblewrap = (script: string): void => {
  const program = join(folder, 'bwrap');
  writeFileSync(program, `#!/usr/bin/perl\n${script}`);
  chmodSync(program, 0o755);
};

const leaveOut = (flag: string, values: number): void =>
  replaceBubblewrap(
    `my @kept; while (@ARGV) { my $a = shift; if ($a eq '--') { push @kept, $a, @ARGV; last } if ($a eq '${flag}') { splice @ARGV, 0, ${values}; next } push @kept, $a } exec '/usr/bin/bwrap', @kept;`,
  );

beforeAll(() => {
  chmodSync(folder, 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path}`;
});
afterEach(() => {
  rmSync(join(folder, 'bwrap'), { force: true });
});
afterAll(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

test.for([
  ['--unshare-net', 0, 'network interfaces'],
  ['--seccomp', 1, 'system calls would not be filtered'],
  ['--uid', 1, 'another user than nobody'],
  ['--remount-ro', 1, 'could write to'],
] as const)('a jail without %s is refused and never used', async ([flag, values, fault]) => {
  leaveOut(flag, values);
  expect(await openJail()).toMatchObject({ outcome: 'unavailable', reason: expect.stringContaining(fault) });
});

test.for([
  ['bwrap: No permissions to create new namespace', 'forbids user namespaces', 'kernel.unprivileged_userns_clone'],
  ["bwrap: Can't mount proc on /newroot/proc: Operation not permitted", '/proc is partly covered', 'systempaths'],
  ['bwrap: setting up uid map: Permission denied', 'AppArmor', 'userns,'],
  [
    'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
    'no further',
    'user.max_user_namespaces',
  ],
])('a host that says "%s" is told why and what to do', async ([said, reason, mend]) => {
  replaceBubblewrap(`print STDERR q{${said}}, "\\n"; exit 1;`);
  expect(await openJail()).toMatchObject({
    outcome: 'unavailable',
    reason: expect.stringContaining(reason ?? ''),
    mend: expect.stringContaining(mend ?? ''),
  });
});

test('an engine without a jail refuses the job with reason and mend', async () => {
  const refusal = { outcome: 'unavailable', reason: 'There is none.', mend: 'Get one.' } as const;
  const engine = createRunEngine(async () => refusal);
  const job = {
    id: 'x',
    program: { kind: 'script', language: 'bash', path: 'a.sh' },
    args: [],
    stdin: new Uint8Array(),
    env: {},
    files: [],
    limits: { wallMs: 1, cpuMs: 1, memoryBytes: 1, processes: 1, outputBytes: 1, diskBytes: 1 },
    collect: [],
    terminal: null,
  } as const;
  await expect(engine.start(job)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: 'There is none. Get one.',
  });
  expect(await engine.availability()).toEqual(refusal);
});
