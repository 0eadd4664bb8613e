import { describe, expect, test } from 'vitest';
import { MAX_BATCH, parseDirect, parseMessage } from './protocol.ts';

const request = { jsonrpc: '2.0', id: 1, method: 'llm.chat', params: { model: 'starter' } };
const call = { outcome: 'valid', id: 1, notification: false, method: 'llm.chat', params: { model: 'starter' } };
const parse = (value: unknown) => parseMessage(JSON.stringify(value));

describe('a body of /rpc', () => {
  test('is one request', () => {
    expect(parse(request)).toEqual({ outcome: 'single', call });
  });

  test('is a notification when it has no id, and a request when its id is null', () => {
    const { id: _, ...notification } = request;
    expect(parse(notification)).toEqual({ outcome: 'single', call: { ...call, id: null, notification: true } });
    expect(parse({ ...request, id: null })).toEqual({ outcome: 'single', call: { ...call, id: null } });
  });

  test('has no params where none are given', () => {
    const { params: _, ...bare } = request;
    expect(parse(bare)).toEqual({ outcome: 'single', call: { ...call, params: {} } });
  });

  test.each(['', '{', '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', '[', 'nothing'])(
    'is no JSON when it is %j',
    (text) => {
      expect(parseMessage(text)).toEqual({ outcome: 'no JSON' });
    },
  );

  test.each([
    ['a number', 1],
    ['null', null],
    ['a text', 'llm.chat'],
    ['empty', {}],
    ['of no version', { ...request, jsonrpc: undefined }],
    ['of version 1', { ...request, jsonrpc: '1.0' }],
    ['of a version that is a number', { ...request, jsonrpc: 2 }],
    ['without a method', { ...request, method: undefined }],
    ['of a method that is a number', { ...request, method: 1 }],
    ['of params that are a text', { ...request, params: 'bar' }],
    ['of params that are null', { ...request, params: null }],
    ['of an id that is an object', { ...request, id: {} }],
    ['of an id that is a list', { ...request, id: [1] }],
    ['of an id that is true', { ...request, id: true }],
  ])('is an invalid request when it is %s', (_, value) => {
    expect(parse(value)).toMatchObject({ outcome: 'single', call: { outcome: 'invalid' } });
  });

  test('keeps the id of an invalid request where it has a good one', () => {
    expect(parse({ jsonrpc: '2.0', id: 'x', method: 1 })).toMatchObject({ call: { outcome: 'invalid', id: 'x' } });
    expect(parseMessage('{"jsonrpc":"2.0","id":1e999,"method":"m"}')).toMatchObject({
      call: { outcome: 'invalid', id: null },
    });
  });

  test('is a batch when it is a list, each of its requests good or bad for itself', () => {
    expect(parse([request, 1])).toEqual({
      outcome: 'batch',
      calls: [call, { outcome: 'invalid', id: null, reason: 'A request is an object.' }],
    });
  });

  test('is refused as a whole when the batch is empty or too long', () => {
    expect(parse([])).toMatchObject({ outcome: 'refused' });
    expect(parse(Array.from({ length: MAX_BATCH }, () => request))).toMatchObject({ outcome: 'batch' });
    expect(parse(Array.from({ length: MAX_BATCH + 1 }, () => request))).toMatchObject({ outcome: 'refused' });
  });

  test('is read to any depth', () => {
    expect(parseMessage('['.repeat(500_000))).toEqual({ outcome: 'no JSON' });
    expect(parseMessage(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toMatchObject({ outcome: 'batch' });
  });
});

describe('a body of /rpc/<method>', () => {
  const direct = (value: unknown) => parseDirect(JSON.stringify(value), 'llm.chat');

  test('may be the whole request', () => {
    expect(direct(request)).toEqual({ outcome: 'single', call });
  });

  test('may be the bare params, whose answer has no id', () => {
    expect(direct({ model: 'starter' })).toEqual({ outcome: 'single', call: { ...call, id: null } });
  });

  test('may be nothing, for a method without params', () => {
    expect(parseDirect(' ', 'llm.list_models')).toMatchObject({ call: { method: 'llm.list_models', params: {} } });
  });

  test('has params that are no object where it is no object; the schema refuses them', () => {
    expect(direct([request])).toMatchObject({ call: { outcome: 'valid', params: [request] } });
    expect(direct(5)).toMatchObject({ call: { outcome: 'valid', params: 5 } });
  });

  test('is invalid when it asks for another method than its address', () => {
    expect(direct({ ...request, method: 'auth.login' })).toMatchObject({ call: { outcome: 'invalid', id: 1 } });
  });

  test('is no JSON when it is none', () => {
    expect(parseDirect('{"model": ', 'llm.chat')).toEqual({ outcome: 'no JSON' });
  });
});
