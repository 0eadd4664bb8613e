// Runs a script in QuickJS (built by WasmEdge), which by itself ends with 0 after an error, has a console without
// `error`, and no `process`. It has no top-level await.
import * as std from 'std';

const [, path, ...rest] = args;

const show = (value) => {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value}\n${value.stack ?? ''}`.trimEnd();
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      // It holds itself, or a bigint.
    }
  }
  return String(value);
};
const printTo =
  (file) =>
  (...values) => {
    file.puts(`${values.map(show).join(' ')}\n`);
    file.flush();
  };
const out = printTo(std.out);
const err = printTo(std.err);

globalThis.console = { log: out, info: out, debug: out, warn: err, error: err };
globalThis.process = { argv: ['quickjs', path, ...rest], env: { ...env }, exit: (code = 0) => exit(code) };

const fail = (error) => {
  err(error instanceof Error ? error : `Uncaught ${show(error)}`);
  exit(1);
};

const later = globalThis.setTimeout;
globalThis.setTimeout = (callback, milliseconds, ...values) =>
  later(() => {
    try {
      callback(...values);
    } catch (error) {
      fail(error);
    }
  }, milliseconds);

import(path).catch(fail);
