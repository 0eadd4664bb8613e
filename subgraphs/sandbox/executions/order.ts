import { createHash } from 'node:crypto';
import type { ExecuteInput } from '#codegen/sandbox.ts';
import { StudioError } from '#mesh/errors.ts';
import type { Invocation, JobFile } from '../engines/engine.ts';
import { countWildcards, MAX_WILDCARDS } from '../engines/patterns.ts';
import { decodeContent, MAX_FILE_BYTES } from '../files/file-content.ts';
import type { FilePath } from '../files/file-path.ts';
import { bytesOf, filePathOf } from '../resolvers/arguments.ts';
import type { LimitsAsked } from './limits.ts';

/** What somebody wants run, as far as it can be judged without looking at this host and at projects. */
export interface Order {
  readonly engine: string;
  /** Null where none is named: `hasProject` says whether the default one is meant. */
  readonly projectId: string | null;
  readonly hasProject: boolean;
  readonly source:
    | { readonly kind: 'code'; readonly text: string }
    | { readonly kind: 'path'; readonly path: FilePath };
  readonly files: readonly JobFile[];
  readonly args: readonly string[];
  readonly stdin: Buffer;
  readonly env: Readonly<Record<string, string>>;
  readonly invoke: Invocation | null;
  readonly limits: LimitsAsked;
  readonly collect: readonly string[];
  readonly once: { readonly key: string; readonly fingerprint: Buffer } | null;
}

const MAX_FILES = 200;
const MAX_ARGS = 256;
const MAX_VARIABLES = 64;
const MAX_PATTERNS = 32;
/** Of all arguments, and of all variables: the kernel takes somewhat more. */
const MAX_TEXT_BYTES = 65_536;
const MAX_PATTERN_BYTES = 512;

const refuse = (sentence: string, argument: string): StudioError =>
  new StudioError('BAD_USER_INPUT', sentence, { argument });

const checkTexts = (texts: readonly string[], most: number, argument: string): void => {
  if (texts.length > most) throw refuse(`There are at most ${most} ${argument}.`, argument);
  if (texts.some((text) => text.includes('\0') || !text.isWellFormed())) {
    throw refuse(`${argument} must be valid Unicode without NUL characters.`, argument);
  }
  if (texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0) > MAX_TEXT_BYTES) {
    throw refuse(`${argument} are over ${MAX_TEXT_BYTES} bytes.`, argument);
  }
};

const sourceOf = ({ code, path }: ExecuteInput): Order['source'] => {
  if (typeof code === 'string' && typeof path === 'string') throw refuse('Give code or path, not both.', 'path');
  if (typeof path === 'string') return { kind: 'path', path: filePathOf(path) };
  if (typeof code !== 'string') throw refuse('Give code, or the path of a file.', 'code');
  return { kind: 'code', text: code };
};

const filesOf = ({ files }: ExecuteInput): JobFile[] => {
  if ((files?.length ?? 0) > MAX_FILES) throw refuse(`There are at most ${MAX_FILES} files.`, 'files');
  const taken = new Map<string, JobFile>();
  for (const { path, content, encoding = 'UTF8' } of files ?? []) {
    const { text } = filePathOf(path, 'files');
    if (taken.has(text)) throw refuse(`${text} is given twice.`, 'files');
    taken.set(text, { path: text, bytes: bytesOf({ content, encoding }) });
  }
  return [...taken.values()];
};

const stdinOf = ({ stdin, stdinEncoding = 'UTF8' }: ExecuteInput): Buffer => {
  const verdict = decodeContent(stdin ?? '', stdinEncoding);
  if (verdict.outcome === 'accepted') return verdict.bytes;
  throw verdict.outcome === 'too large'
    ? refuse(`stdin is over ${MAX_FILE_BYTES} bytes.`, 'stdin')
    : refuse(`stdin ${verdict.reason}.`, 'stdin');
};

const envOf = ({ env }: ExecuteInput): Record<string, string> => {
  const variables = env ?? [];
  checkTexts(
    variables.map(({ name, value }) => `${name}=${value}`),
    MAX_VARIABLES,
    'env',
  );
  for (const { name } of variables) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)) {
      throw refuse('A variable is named with letters, digits and _, and not by a digit first.', 'env');
    }
  }
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
};

const invokeOf = ({ invoke }: ExecuteInput): Invocation | null => {
  if (!invoke) return null;
  const given: readonly unknown[] = invoke.args ?? [];
  const args = given.map((value) => {
    if (typeof value === 'number' || (typeof value === 'string' && /^-?\d{1,20}$/.test(value))) return value;
    throw refuse('An argument of invoke is a number, or a whole number as text.', 'invoke');
  });
  checkTexts([invoke.function], 1, 'invoke');
  if (args.length > MAX_ARGS) throw refuse(`invoke has at most ${MAX_ARGS} arguments.`, 'invoke');
  return { function: invoke.function, args };
};

const onceOf = (input: ExecuteInput): Order['once'] => {
  const { idempotencyKey: key } = input;
  if (typeof key !== 'string') return null;
  if (!/^[\x21-\x7e]{1,128}$/.test(key)) {
    throw refuse('idempotencyKey is 1 to 128 visible characters of ASCII.', 'idempotencyKey');
  }
  // The fields come in the order of the schema, whatever order they were sent in.
  return { key, fingerprint: createHash('sha256').update(JSON.stringify(input)).digest() };
};

/**
 * Reads what somebody wants run.
 * @throws StudioError BAD_USER_INPUT naming the argument, PATH_REFUSED, SIZE_REFUSED
 */
export const orderOf = (input: ExecuteInput): Order => {
  const args = input.args ?? [];
  const collect = input.collect ?? [];
  checkTexts(args, MAX_ARGS, 'args');
  checkTexts(collect, MAX_PATTERNS, 'collect');
  if (collect.some((pattern) => Buffer.byteLength(pattern) > MAX_PATTERN_BYTES)) {
    throw refuse(`A pattern is over ${MAX_PATTERN_BYTES} bytes.`, 'collect');
  }
  // Paths are compared as they lie in the working folder: such a pattern would bring nothing back, and say nothing.
  if (collect.some((pattern) => pattern.split('/').some((part) => part === '' || part === '.' || part === '..'))) {
    throw refuse("A pattern is relative to the working folder, as in 'out/*.txt'.", 'collect');
  }
  if (countWildcards(collect) > MAX_WILDCARDS) {
    throw refuse(`The patterns hold at most ${MAX_WILDCARDS} wildcards together.`, 'collect');
  }
  const { timeoutMs, cpuMs, memoryMb, processes, outputBytes, diskMb } = input;
  return {
    engine: input.engine,
    projectId: input.projectId ?? null,
    // Files that come with the request are all that it needs.
    hasProject: typeof input.projectId === 'string' || !input.files,
    source: sourceOf(input),
    files: filesOf(input),
    args,
    stdin: stdinOf(input),
    env: envOf(input),
    invoke: invokeOf(input),
    limits: {
      timeoutMs: timeoutMs ?? null,
      cpuMs: cpuMs ?? null,
      memoryMb: memoryMb ?? null,
      processes: processes ?? null,
      outputBytes: outputBytes ?? null,
      diskMb: diskMb ?? null,
    },
    collect,
    once: onceOf(input),
  };
};
