import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TEMPORARY, WORKSPACE } from './interpreters.ts';
import type { OrderFile } from './protocol.ts';

/** Puts files into the working folder. */
export const writeFiles = (files: readonly OrderFile[]): void => {
  for (const { path, bytes } of files) {
    mkdirSync(dirname(`${WORKSPACE}/${path}`), { recursive: true });
    writeFileSync(`${WORKSPACE}/${path}`, bytes);
  }
};

/** Removes what a job has left, before the next. */
export const clearFolders = (): void => {
  for (const folder of [WORKSPACE, TEMPORARY]) {
    for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`, { recursive: true, force: true });
  }
};
