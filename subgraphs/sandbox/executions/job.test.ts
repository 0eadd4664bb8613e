import { expect, test } from 'vitest';
import type { ExecuteInput } from '#codegen/sandbox.ts';
import type { EngineChoice } from './engine-names.ts';
import { checkOrder, prepareJob } from './job.ts';
import { limitsOf } from './limits.ts';
import { orderOf } from './order.ts';

const PYTHON: EngineChoice = { engine: 'run', kind: 'script', language: 'python' };
const WASM: EngineChoice = { engine: 'wasm', kind: 'module' };
const LIMITS = limitsOf('DEVELOPER', {}, 1);
const file = (path: string, text = '') => ({ path, bytes: Buffer.from(text) });
const prepare = (input: Partial<ExecuteInput>, choice: EngineChoice = PYTHON, ofProject = [file('a.txt', 'project')]) =>
  prepareJob('id', orderOf({ engine: 'x', ...input }), choice, LIMITS, ofProject);

test.for([
  [[], 'main.py'],
  [['main.py'], 'main-2.py'],
  [['MAIN.PY', 'main-2.py/inside'], 'main-3.py'],
] as const)('inline code beside %j is %s', ([names, path]) => {
  const { job, codePath } = prepare(
    { code: 'pass' },
    PYTHON,
    names.map((name) => file(name)),
  );
  expect(codePath).toBe(path);
  expect(job.program).toEqual({ kind: 'script', language: 'python', path });
  expect(job.files.at(-1)).toEqual(file(path, 'pass'));
});

test('files of the request lie over those of the project, and a path among them is no inline code', () => {
  const { job, codePath } = prepare({ path: 'a.txt', files: [{ path: 'a.txt', content: 'request' }] });
  expect(job.files).toEqual([file('a.txt', 'request')]);
  expect(codePath).toBeNull();
});

test('a program that is not there is not found', () => {
  expect(() => prepare({ path: 'b.txt' })).toThrow('There is no file b.txt.');
});

test('WebAssembly comes in base64, and is known by how it begins', () => {
  const code = (text: string): string => Buffer.from(text).toString('base64');
  expect(prepare({ code: code('\0asm\u0001') }, WASM).codePath).toBe('main.wasm');
  expect(prepare({ code: code('(module)') }, WASM).codePath).toBe('main.wat');
  const order = orderOf({ engine: 'wasm', code: 'no base64' });
  expect(() => checkOrder(order, WASM)).toThrow('The code is not base64 with padding.');
});

test('a call of one function is for WebAssembly alone, with numbers', () => {
  const order = orderOf({ engine: 'wasm', path: 'a.wasm', invoke: { function: 'f', args: [1, '9007199254740993'] } });
  expect(order.invoke).toEqual({ function: 'f', args: [1, '9007199254740993'] });
  expect(() => checkOrder(order, PYTHON)).toThrow('invoke is for the engine wasm.');
  expect(() => orderOf({ engine: 'wasm', path: 'a', invoke: { function: 'f', args: ['x'] } })).toThrow('a number');
});

test('the default project is meant where neither a project nor files are named', () => {
  expect(orderOf({ engine: 'x', code: '' })).toMatchObject({ hasProject: true, projectId: null });
  expect(orderOf({ engine: 'x', code: '', files: [] })).toMatchObject({ hasProject: false });
  expect(orderOf({ engine: 'x', code: '', files: [], projectId: 'p' })).toMatchObject({ hasProject: true });
});

test('the same request has the same fingerprint, and another has another', () => {
  const fingerprint = (input: Partial<ExecuteInput>) =>
    orderOf({ engine: 'x', code: 'a', idempotencyKey: 'k', ...input }).once?.fingerprint.toString('hex');
  expect(fingerprint({})).toBe(fingerprint({}));
  expect(fingerprint({ args: ['b'] })).not.toBe(fingerprint({}));
});
