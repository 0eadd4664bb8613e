import { readFile } from 'node:fs/promises';
import load from 'wabt';
import { describe, expect, test } from 'vitest';
import { clampMemory, importMemory, MEMORY, ModuleError } from './memory.ts';

const wabt = await load();

const compile = (text: string, features = {}): Uint8Array => {
  const module = wabt.parseWat('test.wat', text, features);
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
};

const grower = (memory: string): Uint8Array =>
  compile(`(module (memory (export "m") ${memory})
    (func (export "grow") (param i32) (result i32) local.get 0 memory.grow))`);

const growBy = async (bytes: Uint8Array<ArrayBuffer>, pages: number): Promise<unknown> => {
  const { instance } = await WebAssembly.instantiate(bytes);
  const grow = instance.exports['grow'];
  return typeof grow === 'function' ? grow(pages) : null;
};

describe('clampMemory', () => {
  test('bounds a memory that has no bound', async () => {
    const clamped = clampMemory(grower('1'), 4);
    expect(await growBy(clamped, 3)).toBe(1);
    expect(await growBy(clamped, 4)).toBe(-1);
  });

  test('lowers a bound that is higher, and leaves one that is lower', async () => {
    expect(await growBy(clampMemory(grower('1 1000'), 4), 4)).toBe(-1);
    expect(await growBy(clampMemory(grower('1 2'), 4), 2)).toBe(-1);
    expect(await growBy(clampMemory(grower('1 2'), 4), 1)).toBe(1);
  });

  test('leaves everything else as it is', async () => {
    const bytes = await readFile(`${process.cwd()}/tests/harness/wasm/add.wasm`);
    const [before, after] = await Promise.all(
      [bytes, clampMemory(bytes, 400)].map((each) => WebAssembly.compile(each)),
    );
    if (before === undefined || after === undefined) throw new Error('not compiled');
    expect(WebAssembly.Module.exports(after)).toEqual(WebAssembly.Module.exports(before));
    expect(WebAssembly.Module.imports(after)).toEqual(WebAssembly.Module.imports(before));
  });

  test('leaves a module without a memory as it is', () => {
    const bytes = compile('(module (func (export "f")))');
    expect(clampMemory(bytes, 1)).toEqual(new Uint8Array(bytes));
  });

  test('refuses a memory that begins larger than it may become', () => {
    expect(() => clampMemory(grower('10'), 4)).toThrow('it needs 655360 bytes of memory, and may have 262144');
  });

  test('refuses memories that it cannot bound', () => {
    const wide = compile('(module (memory i64 1))', { memory64: true });
    const shared = compile('(module (memory 1 2 shared))', { threads: true });
    for (const bytes of [wide, shared])
      expect(() => clampMemory(bytes, 4)).toThrow('its memory is shared, or of another kind');
    const two = Uint8Array.from([...Buffer.from('\0asm'), 1, 0, 0, 0, 5, 5, 2, 0, 1, 0, 1]);
    expect(() => clampMemory(two, 4)).toThrow('more than one memory');
  });

  test('refuses what is cut off, and numbers without an end', () => {
    const whole = grower('1');
    for (const size of [9, 12, whole.length - 1]) {
      expect(() => clampMemory(whole.subarray(0, size), 4)).toThrow(ModuleError);
    }
    const endless = Uint8Array.from([...Buffer.from('\0asm'), 1, 0, 0, 0, 5, 255, 255, 255, 255, 255, 255]);
    expect(() => clampMemory(endless, 4)).toThrow(ModuleError);
  });
});

describe('importMemory', () => {
  const own = compile(`(module (import "a" "f" (func $f)) (memory (export "memory") 2)
    (data (i32.const 0) "hello") (func (export "g") call $f))`);

  test('has the module take the memory that it is given', async () => {
    const { bytes, initialPages } = importMemory(own);
    expect(initialPages).toBe(2);
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 3 });
    let calls = 0;
    const { instance } = await WebAssembly.instantiate(bytes, {
      a: { f: () => void calls++ },
      [MEMORY.module]: { [MEMORY.name]: memory },
    });
    expect(instance.exports['memory']).toBe(memory);
    expect(Buffer.from(memory.buffer, 0, 5).toString()).toBe('hello');
    const { g } = instance.exports;
    if (typeof g === 'function') g();
    expect(calls).toBe(1);
  });

  test('keeps the bound that the module has', () => {
    const { bytes } = importMemory(compile('(module (import "a" "f" (func)) (memory (export "m") 1 5))'));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 6 });
    const imports = { a: { f: () => {} }, [MEMORY.module]: { [MEMORY.name]: memory } };
    return expect(WebAssembly.instantiate(bytes, imports)).rejects.toThrow('maximum');
  });

  test('refuses a module without a memory', () => {
    expect(() => importMemory(compile('(module (import "a" "f" (func)))'))).toThrow('no memory or no imports');
  });
});
