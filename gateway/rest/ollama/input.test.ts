import { expect, test } from 'vitest';
import { chatInput, generateInput } from './input.ts';

const user = { role: 'user' as const, content: 'Go on' };
const call = (name: string, id?: string) => ({
  ...(id === undefined ? {} : { id }),
  function: { name, arguments: { a: 1 } },
});
const result = (more: { tool_name?: string; tool_call_id?: string }) => ({
  role: 'tool' as const,
  content: 'x',
  ...more,
});
const idsOf = (messages: Parameters<typeof chatInput>[0]['messages']) =>
  chatInput({ model: 'starter', messages }).messages.map((message) =>
    'toolCallId' in message ? message.toolCallId : null,
  );

test('a name without its tag, options by their own names, and a format', () => {
  const options = { num_predict: 5, temperature: 0, top_p: 0.5, stop: ['x'] };
  expect(chatInput({ model: 'starter:latest', messages: [user], options, format: 'json' })).toMatchObject({
    model: 'starter',
    maxTokens: 5,
    temperature: 0,
    topP: 0.5,
    stop: ['x'],
    responseFormat: 'JSON_OBJECT',
    messages: [{ role: 'USER', content: 'Go on' }],
  });
  const schema = { type: 'object' };
  expect(chatInput({ model: 'starter', messages: [user], format: schema })).toMatchObject({ responseSchema: schema });
});

test.each([-2, -1, 0])('num_predict %i is as many as the context holds', (most) => {
  expect(generateInput({ model: 'a', prompt: 'x', options: { num_predict: most } })).not.toHaveProperty('maxTokens');
});

test('a system text stands before the prompt where there is one', () => {
  expect(generateInput({ model: 'a', prompt: 'x', system: 'y' }).messages.map(({ role }) => role)).toEqual([
    'SYSTEM',
    'USER',
  ]);
  expect(generateInput({ model: 'a', prompt: 'x', system: '' }).messages).toHaveLength(1);
});

test('calls without ids get one, and each result goes to the next call of its name', () => {
  const called = { role: 'assistant' as const, tool_calls: [call('f'), call('g'), call('f')] };
  expect(idsOf([user, called, result({ tool_name: 'g' }), result({ tool_name: 'f' }), result({})])).toEqual([
    null,
    null,
    'call_1_1',
    'call_1_0',
    'call_1_2',
  ]);
  const { messages } = chatInput({ model: 'a', messages: [user, called] });
  expect(messages[1]).toMatchObject({ content: '', toolCalls: [{ arguments: '{"a":1}' }, {}, {}] });
});

test('ids that are given are kept, and what answers no call is left for the service to refuse', () => {
  const called = { role: 'assistant' as const, tool_calls: [call('f', 'a'), call('f', 'b')] };
  expect(idsOf([user, called, result({ tool_call_id: 'b' }), result({ tool_call_id: 'c' })])).toEqual([
    null,
    null,
    'b',
    'c',
  ]);
  expect(idsOf([user, result({ tool_name: 'f' })])).toEqual([null, 'f']);
});
