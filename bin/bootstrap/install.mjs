/**
 * Whether what npm installed is what package-lock.json asks for. npm writes `node_modules/.package-lock.json` when an
 * installation is complete, so the two are compared by content: no stamp and no time that a copy or a checkout spoils.
 */

/** Names of locked packages that are not installed, or are in another version. */
const differing = (lock, installed, { development }) =>
  Object.entries(lock.packages).flatMap(([path, wanted]) => {
    if (path === '') return [];
    const found = installed.packages[path];
    if (found) {
      const differs =
        found.version !== wanted.version ||
        (found.integrity && wanted.integrity && found.integrity !== wanted.integrity);
      return differs ? [path] : [];
    }
    // An optional package may be for another platform, or may have failed; npm decided that, and asking again is no use.
    const needed = !wanted.optional && (development || !(wanted.dev || wanted.devOptional));
    return needed ? [path] : [];
  });

export const decideInstall = (lock, installed, options) => {
  if (!installed) return { outcome: 'install', reason: 'none are installed yet' };
  const count = differing(lock, installed, options).length;
  if (count === 0) return { outcome: 'current' };
  return { outcome: 'install', reason: `${count} differ${count === 1 ? 's' : ''} from package-lock.json` };
};

/** Locked packages made for exactly this platform that npm left out. */
export const lackingBinaries = (lock, installed, { platform, arch }) =>
  Object.entries(lock.packages)
    .filter(([path, wanted]) => {
      const { os, cpu, libc } = wanted;
      const here = os?.includes(platform) && cpu?.includes(arch) && (!libc || libc.includes('glibc'));
      return here && !installed?.packages[path];
    })
    .map(([path]) => path);
