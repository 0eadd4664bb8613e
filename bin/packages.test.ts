import { expect, test } from 'vitest';
import { decideProvision, providePackages, type Need } from './packages.ts';

const CHROMIUM = { package: 'chromium' };
const ROOT_ON_DEBIAN = { isRoot: true, hasApt: true, declined: false };

test('nothing is installed when nothing is missing', () => {
  expect(decideProvision([], ROOT_ON_DEBIAN)).toEqual({ outcome: 'complete' });
});

test('root on Debian installs what is missing, each package once', () => {
  expect(decideProvision([CHROMIUM, { package: 'bubblewrap' }, CHROMIUM], ROOT_ON_DEBIAN)).toEqual({
    outcome: 'install',
    packages: ['chromium', 'bubblewrap'],
  });
});

test('DEVSTUDIO_NO_APT leaves the line to root', () => {
  expect(decideProvision([CHROMIUM], { ...ROOT_ON_DEBIAN, declined: true })).toEqual({
    outcome: 'tell',
    command: 'apt-get install -y --no-install-recommends chromium',
  });
});

test('a user is told the line with sudo', () => {
  expect(decideProvision([CHROMIUM], { ...ROOT_ON_DEBIAN, isRoot: false })).toEqual({
    outcome: 'tell',
    command: 'sudo apt-get install -y --no-install-recommends chromium',
  });
});

test('on another system the packages are only named', () => {
  expect(decideProvision([CHROMIUM], { ...ROOT_ON_DEBIAN, hasApt: false })).toEqual({
    outcome: 'name only',
    packages: ['chromium'],
  });
});

test('what is still missing is reported as a reduction, and only for the work that uses it', async () => {
  const need: Need = {
    package: 'no-such-package',
    use: 'a test',
    reduction: 'nothing happens',
    for: ['test'],
    isThere: () => false,
  };
  const declined = process.env['DEVSTUDIO_NO_APT'];
  process.env['DEVSTUDIO_NO_APT'] = '1';
  try {
    const said: string[] = [];
    expect(await providePackages('test', (line) => said.push(line), [need])).toEqual([need]);
    expect(said.at(-1)).toBe('Reduced: without no-such-package, nothing happens.');
    expect(await providePackages('start', (line) => said.push(line), [need])).toEqual([]);
  } finally {
    if (declined === undefined) delete process.env['DEVSTUDIO_NO_APT'];
    else process.env['DEVSTUDIO_NO_APT'] = declined;
  }
});
