import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getVariableValues,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  type OperationDefinitionNode,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { METHODS } from './methods.ts';
import type { Method } from './method.ts';

const SCHEMAS = join(import.meta.dirname, '../../schemas');
const api = buildSchema(readFileSync(join(SCHEMAS, 'api.graphql'), 'utf8'));
const filesOf = (folder: string): string[] =>
  readdirSync(join(SCHEMAS, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name.replace(/\.json$/, ''))
    .toSorted((a, b) => a.localeCompare(b));
const exampleOf = (name: string) => JSON.parse(readFileSync(join(SCHEMAS, `rpc/examples/${name}.json`), 'utf8'));
const methodOf = (name: string): Method => {
  const method = METHODS.get(name);
  if (!method) throw new Error(`there is no ${name}`);
  return method;
};
const operationOf = (method: Method): OperationDefinitionNode => {
  const [operation] = parse(method.document).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return operation;
};

const names = [...METHODS.keys()];

test('every method has a schema and an example, and every schema and example a method', () => {
  const sorted = names.toSorted((a, b) => a.localeCompare(b));
  expect(filesOf('rpc')).toEqual(sorted);
  expect(filesOf('rpc/examples')).toEqual(sorted);
});

describe.each(names)('%s', (name) => {
  const method = methodOf(name);

  test('asks a document that the graph answers', () => {
    expect(validate(api, parse(method.document))).toEqual([]);
    expect(operationOf(method).operation).not.toBe(OperationTypeNode.SUBSCRIPTION);
  });

  test('has an example that keeps its schema', () => {
    const { request, response } = exampleOf(name);
    expect(request).toMatchObject({ jsonrpc: '2.0', method: name });
    expect(method.contract.params(request.params ?? {})).toBeNull();
    expect(response).toMatchObject({ jsonrpc: '2.0', id: request.id });
    expect(method.contract.result(response.result)).toBeNull();
  });

  test('makes of the params of its example variables that the graph takes', () => {
    const { request } = exampleOf(name);
    const variables = JSON.parse(JSON.stringify(method.variables(request.params ?? {})));
    expect(getVariableValues(api, operationOf(method).variableDefinitions ?? [], variables).errors).toBeUndefined();
  });

  test('refuses params that it does not know, and those that are no object', () => {
    const { request } = exampleOf(name);
    const unknown = method.contract.params({ ...request.params, shoe_size: 42 });
    expect(unknown).toBe('params must not hold "shoe_size".');
    for (const value of [[], 5, 'x', null]) expect(method.contract.params(value)).toBe('params must be object.');
  });
});

describe('llm.chat', () => {
  const { contract, variables, result } = methodOf('llm.chat');
  const base = { model: 'starter', messages: [{ role: 'user', content: 'hello' }] };
  const completion = {
    requestId: 'r',
    model: { name: 'starter' },
    message: { role: 'ASSISTANT', content: 'hi' },
    finishReason: 'STOP',
    usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
  };

  test('gives every option on', () => {
    const options = { max_tokens: 9, temperature: 0, top_p: 0.5, top_k: 0, repeat_penalty: 1, seed: -1, stop: ['x'] };
    expect(contract.params({ ...base, ...options })).toBeNull();
    expect(variables({ ...base, ...options })).toEqual({
      input: {
        model: 'starter',
        messages: [{ role: 'USER', content: 'hello' }],
        maxTokens: 9,
        temperature: 0,
        topP: 0.5,
        topK: 0,
        repeatPenalty: 1,
        seed: -1,
        stop: ['x'],
      },
    });
  });

  test.each([
    [{ max_tokens: -5 }, 'params.max_tokens must be >= 1.'],
    [{ max_tokens: 0 }, 'params.max_tokens must be >= 1.'],
    [{ max_tokens: 1.5 }, 'params.max_tokens must be integer.'],
    [{ max_tokens: '5' }, 'params.max_tokens must be integer.'],
    [{ temperature: 2.1 }, 'params.temperature must be <= 2.'],
    [{ top_p: 0 }, 'params.top_p must be > 0.'],
    [{ messages: [] }, 'params.messages must NOT have fewer than 1 items.'],
    [
      { messages: [{ role: 'tool', content: '' }] },
      'params.messages.0.role must be one of ["system","user","assistant"].',
    ],
    [{ messages: [{ role: 'user' }] }, "params.messages.0 must have required property 'content'."],
    [{ model: undefined }, "params must have required property 'model'."],
    [{ stop: Array(9).fill('x') }, 'params.stop must NOT have more than 8 items.'],
    [JSON.parse('{"__proto__": {"x": 1}}'), 'params must not hold "__proto__".'],
  ])('refuses %j', (wrong, sentence) => {
    // Merged as JSON would have it: without what is undefined, and with an own __proto__.
    const params = JSON.parse(JSON.stringify(base));
    for (const [key, value] of Object.entries(wrong)) Object.defineProperty(params, key, { value, enumerable: true });
    if ('model' in wrong) delete params.model;
    expect(contract.params(params)).toBe(sentence);
  });

  test.each([
    ['STOP', 'stop'],
    ['LENGTH', 'length'],
    ['BUDGET', 'length'],
  ])('says of an answer that ended by %s that it ended by %s', (finishReason, finish_reason) => {
    const answer = result({ chat: { ...completion, finishReason } }, base);
    expect(answer).toEqual({
      id: 'r',
      model: 'starter',
      message: { role: 'assistant', content: 'hi' },
      finish_reason,
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    });
    expect(contract.result(answer)).toBeNull();
  });
});

test('llm.list_models names kinds and states in small letters', () => {
  const model = { name: 'm', sizeBytes: 2 ** 40, memoryBytes: null, contextSize: 1, costPerToken: 1 };
  const { contract, result } = methodOf('llm.list_models');
  const answer = result({ models: [{ ...model, kind: 'EMBEDDING', status: 'AVAILABLE' }] }, {});
  expect(answer).toMatchObject({ models: [{ kind: 'embedding', status: 'available', size_bytes: 2 ** 40 }] });
  expect(contract.result(answer)).toBeNull();
});

describe('fs.write', () => {
  const { contract, variables } = methodOf('fs.write');

  test('writes text to the default project unless it is told otherwise', () => {
    expect(variables({ path: 'a', content: 'x' })).toEqual({
      input: { projectId: undefined, path: 'a', content: 'x', encoding: 'UTF8' },
    });
    expect(variables({ project: 'p', path: 'a', content: 'eA==', encoding: 'base64' })).toEqual({
      input: { projectId: 'p', path: 'a', content: 'eA==', encoding: 'BASE64' },
    });
  });

  test('leaves what a path may be to the sandbox, which refuses with its own code', () => {
    expect(contract.params({ path: '../../etc/passwd', content: '' })).toBeNull();
    expect(contract.params({ path: 'a', content: '', encoding: 'hex' })).toBe(
      'params.encoding must be one of ["utf8","base64"].',
    );
  });
});

test('fs.list of a default project that was never written to is empty', () => {
  expect(methodOf('fs.list').result({ project: null }, {})).toEqual({ files: [] });
});

describe('fs.read', () => {
  const { result } = methodOf('fs.read');

  test('says that there is no such file', () => {
    for (const data of [{ project: null }, { project: { file: null } }]) {
      expect(() => result(data, { path: 'a' })).toThrow('There is no file at this path.');
    }
  });

  test('says of a file that is no text how to read it', () => {
    const file = { path: 'a', size: 1, version: 'f'.repeat(64), content: null };
    expect(() => result({ project: { file } }, { path: 'a' })).toThrow('read it with the encoding base64');
  });
});
