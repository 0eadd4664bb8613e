import { pipePrograms } from './program.ts';

/**
 * Unpacks a Debian package without installing it.
 * @param more further words for tar: which files, or which not
 * @throws ProgramError
 */
export const unpack = (file: string, folder: string, more: readonly string[] = []): Promise<void> =>
  pipePrograms(
    ['dpkg-deb', ['--fsys-tarfile', file]],
    // The links of the merged folders stay links; whose files they are is decided by the disk that is made of them.
    ['tar', ['x', '--keep-directory-symlink', '--no-same-owner', '-C', folder, ...more]],
  );
