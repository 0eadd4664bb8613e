import { ModuleError } from './memory.ts';

const MAGIC = Buffer.from('\0asm');

/**
 * The binary of a module that may be given as text.
 * @throws ModuleError when it is neither
 */
export const binaryOf = async (name: string, bytes: Uint8Array): Promise<Uint8Array> => {
  if (MAGIC.equals(bytes.subarray(0, MAGIC.length))) return bytes;
  const text = Buffer.from(bytes).toString();
  if (!/^\s*[(;]/u.test(text)) throw new ModuleError('it is neither WebAssembly nor its text');
  // It takes 90 ms to load, and few bring text.
  const { default: load } = await import('wabt');
  const wabt = await load();
  try {
    const module = wabt.parseWat(name, text);
    try {
      module.validate();
      return module.toBinary({}).buffer;
    } finally {
      module.destroy();
    }
  } catch (error) {
    throw new ModuleError(error instanceof Error ? error.message : 'it is not valid text');
  }
};
