import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findChromium } from './chromium.ts';

/** `machines` is what a studio that runs already brings for the engine micro, so that nobody waits for it. */
export type Work = 'start' | 'machines' | 'test';

/** A program of the system that some work uses. */
export interface Need {
  /** Debian's name for the package that brings it. */
  readonly package: string;
  /** What it is used for. */
  readonly use: string;
  /** What does not happen without it. */
  readonly reduction: string;
  readonly for: readonly Work[];
  readonly isThere: () => boolean;
}

/** Whether a program lies on the PATH. */
export const isOnPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));

/** Whether this is where the engine micro can emulate its machines. */
export const hasMachines = process.platform === 'linux' && process.arch === 'x64';

/** What is really used, and by what. */
const NEEDS: readonly Need[] = [
  {
    package: 'util-linux',
    use: 'PostgreSQL as root, and its end with the studio',
    reduction: 'as root the embedded PostgreSQL does not start, and after kill -9 it stays behind',
    for: ['start', 'test'],
    isThere: () => process.platform !== 'linux' || (isOnPath('setpriv') && isOnPath('unshare')),
  },
  {
    package: 'bubblewrap',
    use: 'the jail that programs run in',
    reduction: 'no engine runs programs',
    for: ['start', 'test'],
    isThere: () => process.platform !== 'linux' || isOnPath('bwrap'),
  },
  {
    package: 'perl-base',
    use: 'the first process of each jail',
    reduction: 'no engine runs programs',
    for: ['start', 'test'],
    isThere: () => process.platform !== 'linux' || isOnPath('perl'),
  },
  {
    package: 'qemu-system-x86',
    use: 'the virtual machines of the engine micro',
    reduction: 'the engine micro runs no programs',
    for: ['machines', 'test'],
    isThere: () => !hasMachines || isOnPath('qemu-system-x86_64'),
  },
  {
    package: 'squashfs-tools',
    use: 'the disk of the virtual machines',
    reduction: 'the engine micro runs no programs',
    for: ['machines', 'test'],
    isThere: () => !hasMachines || isOnPath('mksquashfs'),
  },
  {
    package: 'chromium',
    use: 'the browser tests',
    reduction: 'the browser tests do not run',
    for: ['test'],
    isThere: () => findChromium() !== undefined,
  },
];

export interface Host {
  readonly isRoot: boolean;
  /** Debian, or a system made from it, with apt-get. */
  readonly hasApt: boolean;
  /** DEVSTUDIO_NO_APT=1. */
  readonly declined: boolean;
}

export type Provision =
  | { readonly outcome: 'complete' }
  | { readonly outcome: 'install'; readonly packages: readonly string[] }
  | { readonly outcome: 'tell'; readonly command: string }
  /** Not a system whose packages we know by name. */
  | { readonly outcome: 'name only'; readonly packages: readonly string[] };

/** Decides what to do about needs that are not met. */
export const decideProvision = (missing: readonly Pick<Need, 'package'>[], host: Host): Provision => {
  const packages = [...new Set(missing.map((need) => need.package))];
  if (packages.length === 0) return { outcome: 'complete' };
  if (!host.hasApt) return { outcome: 'name only', packages };
  if (host.isRoot && !host.declined) return { outcome: 'install', packages };
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  return { outcome: 'tell', command: host.isRoot ? install : `sudo ${install}` };
};

const isDebian = (): boolean => {
  try {
    const ids = /^ID(?:_LIKE)?=(.*)$/gmu;
    return [...readFileSync('/etc/os-release', 'utf8').matchAll(ids)].some(([, value]) =>
      /\b(?:debian|ubuntu)\b/u.test(value ?? ''),
    );
  } catch {
    return false;
  }
};

const readHost = (): Host => ({
  isRoot: process.getuid?.() === 0,
  hasApt: isDebian() && isOnPath('apt-get'),
  declined: process.env['DEVSTUDIO_NO_APT'] === '1',
});

const APT_LIMIT_MS = 600_000;
/** Asks nothing, waits for another apt instead of failing, and gives up on a network that does not answer. */
const APT_OPTIONS = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::http::Timeout=30'];

const apt = (args: readonly string[]): Promise<{ readonly passed: boolean; readonly lastLine: string }> =>
  new Promise((done) => {
    const child = spawn('apt-get', [...APT_OPTIONS, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: APT_LIMIT_MS,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4_000);
      });
    }
    child.once('error', (error) => done({ passed: false, lastLine: error.message }));
    child.once('close', (code) =>
      done({ passed: code === 0, lastLine: said.trim().split('\n').at(-1) ?? `exit code ${code}` }),
    );
  });

/**
 * Sets up the system packages that some work lacks, as far as it may: it installs, or says the one line to run.
 * It neither asks nor fails; what is still missing afterwards is a reduction with a name.
 * @param say receives each line for the person at the terminal
 * @returns the needs that are not met
 */
export const providePackages = async (
  work: Work,
  say: (line: string) => void,
  needs: readonly Need[] = NEEDS,
): Promise<readonly Need[]> => {
  const unmet = (): readonly Need[] => needs.filter((need) => need.for.includes(work) && !need.isThere());
  const missing = unmet();
  const provision = decideProvision(missing, readHost());
  switch (provision.outcome) {
    case 'complete':
      return [];
    case 'name only':
      say(`Please install ${provision.packages.join(' and ')}.`);
      break;
    case 'tell':
      say(`Please run: ${provision.command}`);
      break;
    case 'install': {
      const uses = missing.map((need) => `${need.package} (${need.use})`);
      say(`Installing system packages: ${uses.join(', ')} …`);
      // A list that cannot be refreshed may still do.
      await apt(['update']);
      const { passed, lastLine } = await apt(['install', '--no-install-recommends', ...provision.packages]);
      if (!passed) say(`apt-get failed: ${lastLine}`);
    }
  }
  const still = unmet();
  for (const need of still) say(`Reduced: without ${need.package}, ${need.reduction}.`);
  return still;
};
