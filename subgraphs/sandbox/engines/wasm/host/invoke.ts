import { clampMemory, ModuleError } from './memory.ts';
import { ended, EXIT, type Ending, type InvokeOrder } from './protocol.ts';
import { complain, STDOUT, writeAll } from './streams.ts';
import { binaryOf } from './text.ts';
import { isWasi } from './wasi.ts';

/** WASI's "not supported". */
const ENOSYS = 52;

type Value = number | bigint;

interface FunctionType {
  readonly parameters: readonly string[];
  readonly results: readonly string[];
}

/** Says what a function takes and returns, by V8's `--experimental-wasm-type-reflection`, which hosts are started with. */
const typeOf = (callable: WebAssembly.ExportValue): FunctionType | null =>
  typeof callable === 'function' && 'type' in callable && typeof callable.type === 'function'
    ? callable.type() // unchecked: V8's own answer
    : null;

/**
 * The value of one argument.
 * @throws ModuleError when it is none of this type
 */
const valueOf = (type: string, given: number | string): Value => {
  const isWhole = /^-?\d{1,20}$/.test(String(given));
  if (type === 'i64' && isWhole && (typeof given === 'string' || Number.isSafeInteger(given))) return BigInt(given);
  const number = typeof given === 'string' && given.trim() === '' ? Number.NaN : Number(given);
  if (type === 'i32' && isWhole && number >= -(2 ** 31) && number < 2 ** 32) return number;
  if ((type === 'f32' || type === 'f64') && (!Number.isNaN(number) || given === 'NaN')) return number;
  throw new ModuleError(`${JSON.stringify(given)} is no ${type}`);
};

/** WASI for a function that is called by itself: everything is there, and nothing does anything. */
const importsFor = (module: WebAssembly.Module): WebAssembly.Imports => {
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function' || !isWasi(from, name))
      throw new ModuleError(`it asks for ${from}.${name}, which is not here`);
    (imports[from] ??= {})[name] = () => {
      if (name === 'proc_exit') throw new ModuleError('it ended itself');
      return ENOSYS;
    };
  }
  return imports;
};

/** Calls an exported function; what it returns is a line on stdout. */
export const invoke = async (order: InvokeOrder): Promise<Ending> => {
  try {
    const bytes = clampMemory(await binaryOf(order.name, order.bytes), order.mostPages);
    const module = await WebAssembly.compile(bytes);
    const { exports } = await WebAssembly.instantiate(module, importsFor(module));
    const callable = exports[order.function];
    const type = callable === undefined ? null : typeOf(callable);
    if (typeof callable !== 'function' || type === null)
      throw new ModuleError(`it exports no function ${order.function}`);
    const { parameters, results } = type;
    if (parameters.length !== order.args.length) {
      throw new ModuleError(
        `${order.function} takes (${parameters.join(', ')}), and was given ${order.args.length} arguments`,
      );
    }
    if (results.some((result) => !/^[if](32|64)$/.test(result))) {
      throw new ModuleError(`${order.function} returns (${results.join(', ')}), and only numbers can be shown`);
    }
    const values = parameters.map((parameter, index) => valueOf(parameter, order.args[index] ?? ''));
    const initialize = exports['_initialize'];
    if (typeof initialize === 'function' && order.function !== '_initialize') initialize();
    const returned: unknown = callable(...values);
    if (returned !== undefined) {
      writeAll(STDOUT, Buffer.from(`${(Array.isArray(returned) ? returned : [returned]).map(String).join(' ')}\n`));
    }
    return ended(0);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    complain(order.name, error.message);
    return ended(error instanceof WebAssembly.RuntimeError || error instanceof RangeError ? EXIT.trapped : EXIT.notRun);
  }
};
