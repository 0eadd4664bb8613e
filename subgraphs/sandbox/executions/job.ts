import { StudioError } from '#mesh/errors.ts';
import type { Job, JobFile, Language, Limits, Program } from '../engines/engine.ts';
import { decodeContent } from '../files/file-content.ts';
import type { EngineChoice } from './engine-names.ts';
import type { Order } from './order.ts';

const SUFFIXES: Readonly<Record<Language, string>> = { python: 'py', node: 'js', javascript: 'js', bash: 'sh' };

const refuse = (sentence: string, argument: string): StudioError =>
  new StudioError('BAD_USER_INPUT', sentence, { argument });

/** A name that nothing in the working folder has. */
const freeName = (suffix: string, files: readonly JobFile[]): string => {
  // Without the difference of cases, and no folder either.
  const taken = new Set(files.map(({ path }) => (path.split('/')[0] ?? '').toLowerCase()));
  let name = `main.${suffix}`;
  for (let count = 2; taken.has(name); count++) name = `main-${count}.${suffix}`;
  return name;
};

const isBinaryModule = (bytes: Buffer): boolean => bytes.subarray(0, 4).equals(Buffer.from('\0asm'));

/** The bytes of inline code; WebAssembly comes in base64. @throws StudioError */
const codeOf = (text: string, choice: EngineChoice): Buffer => {
  const verdict = decodeContent(text, choice.kind === 'module' ? 'BASE64' : 'UTF8');
  if (verdict.outcome === 'accepted') return verdict.bytes;
  throw verdict.outcome === 'too large'
    ? new StudioError('SIZE_REFUSED', undefined, { argument: 'code' })
    : refuse(`The code ${verdict.reason}.`, 'code');
};

/**
 * What can be said against an order once the engine is known, before it waits for its turn.
 * @throws StudioError BAD_USER_INPUT, SIZE_REFUSED
 */
export const checkOrder = (order: Order, choice: EngineChoice): void => {
  if (order.invoke && choice.kind !== 'module') throw refuse('invoke is for the engine wasm.', 'invoke');
  if (order.source.kind === 'code') codeOf(order.source.text, choice);
};

/** A job, and the path of its inline code: that is no file of the project's, and never brought back. */
export interface PreparedJob {
  readonly job: Job;
  readonly codePath: string | null;
}

/**
 * Puts an order and the files of its project together.
 * @throws StudioError NOT_FOUND when the program is not among the files
 */
export const prepareJob = (
  id: string,
  order: Order,
  choice: EngineChoice,
  limits: Limits,
  ofProject: readonly JobFile[],
): PreparedJob => {
  const files = [...new Map([...ofProject, ...order.files].map((file) => [file.path, file])).values()];
  let path: string;
  let codePath: string | null = null;
  if (order.source.kind === 'path') {
    path = order.source.path.text;
    if (!files.some((file) => file.path === path)) {
      throw new StudioError('NOT_FOUND', `There is no file ${path}.`, { argument: 'path' });
    }
  } else {
    const bytes = codeOf(order.source.text, choice);
    const suffix = choice.kind === 'script' ? SUFFIXES[choice.language] : isBinaryModule(bytes) ? 'wasm' : 'wat';
    path = freeName(suffix, files);
    codePath = path;
    files.push({ path, bytes });
  }
  const program: Program =
    choice.kind === 'module'
      ? { kind: 'module', path, invoke: order.invoke }
      : { kind: 'script', language: choice.language, path };
  const { args, stdin, env, collect } = order;
  return { job: { id, program, args, stdin, env, files, limits, collect, terminal: null }, codePath };
};
