import { expect, test } from 'vitest';
import { decideInstall, lackingBinaries, type Lock } from './install.mjs';

const EVERYTHING = { development: true };
const lock: Lock = {
  packages: {
    '': {},
    'node_modules/pg': { version: '8.0.0', integrity: 'sha512-a' },
    'node_modules/vitest': { version: '5.0.0', dev: true },
    'node_modules/native-linux-x64': { version: '1.0.0', optional: true, os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/native-linux-x64-musl': {
      version: '1.0.0',
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    },
    'node_modules/native-darwin-arm64': { version: '1.0.0', optional: true, os: ['darwin'], cpu: ['arm64'] },
  },
};
const without = (...names: string[]): Lock => ({
  packages: Object.fromEntries(
    Object.entries(lock.packages).filter(([path]) => !names.some((name) => path.endsWith(name))),
  ),
});
const installed = without('musl', 'arm64');

test('nothing is installed when the packages are those of the lock', () => {
  expect(decideInstall(lock, installed, EVERYTHING)).toEqual({ outcome: 'current' });
});

test('a folder without a completed installation asks for one', () => {
  expect(decideInstall(lock, undefined, EVERYTHING)).toMatchObject({ outcome: 'install' });
});

test('a package in another version asks for an installation', () => {
  const older = { packages: { ...installed.packages, 'node_modules/pg': { version: '7.9.0' } } };
  expect(decideInstall(lock, older, EVERYTHING)).toEqual({
    outcome: 'install',
    reason: '1 differs from package-lock.json',
  });
});

test('a package of the same version with other content asks for an installation', () => {
  const other = { packages: { ...installed.packages, 'node_modules/pg': { version: '8.0.0', integrity: 'sha512-b' } } };
  expect(decideInstall(lock, other, EVERYTHING).outcome).toBe('install');
});

test('a package that came in beside the lock is left alone', () => {
  const more = { packages: { ...installed.packages, 'node_modules/extra': { version: '1.0.0' } } };
  expect(decideInstall(lock, more, EVERYTHING)).toEqual({ outcome: 'current' });
});

test('development packages are asked for only by commands that need them', () => {
  const production = without('vitest', 'musl', 'arm64');
  expect(decideInstall(lock, production, EVERYTHING).outcome).toBe('install');
  expect(decideInstall(lock, production, { development: false })).toEqual({ outcome: 'current' });
});

test('an optional binary that npm left out asks for no installation, so that a start never loops', () => {
  expect(decideInstall(lock, without('linux-x64', 'musl', 'arm64'), EVERYTHING)).toEqual({ outcome: 'current' });
});

test('binaries for exactly this platform that npm left out are found', () => {
  const host = { platform: 'linux', arch: 'x64' };
  expect(lackingBinaries(lock, installed, host)).toEqual([]);
  expect(lackingBinaries(lock, without('linux-x64'), host)).toEqual(['node_modules/native-linux-x64']);
});
