import { expect, test } from 'vitest';
import { responseInput, type ResponseBody } from './input.ts';

const input = (more: Partial<ResponseBody>) => responseInput({ model: 'starter', input: 'Go on', ...more });
const call = (id: string) => ({ type: 'function_call' as const, call_id: id, name: 'f', arguments: '{}' });
const output = (id: string) => ({
  type: 'function_call_output' as const,
  call_id: id,
  output: [{ text: 'x' }, { text: 'y' }],
});

test('a text is a message of the user, after the instructions', () => {
  expect(input({ instructions: 'Be short.', max_output_tokens: 3 })).toMatchObject({
    messages: [
      { role: 'SYSTEM', content: 'Be short.' },
      { role: 'USER', content: 'Go on' },
    ],
    maxTokens: 3,
  });
});

test('calls are of the message before them, or of one of their own', () => {
  const items = [
    { role: 'user' as const, content: 'Go on' },
    { type: 'message' as const, role: 'assistant' as const, content: [{ text: 'I call' }] },
    call('a'),
    call('b'),
    output('a'),
    output('b'),
    call('c'),
    output('c'),
  ];
  const named = (id: string) => ({ id, name: 'f', arguments: '{}' });
  const told = (id: string) => ({ role: 'TOOL', content: 'x\ny', toolCallId: id });
  expect(input({ input: items }).messages).toEqual([
    { role: 'USER', content: 'Go on' },
    { role: 'ASSISTANT', content: 'I call', toolCalls: [named('a'), named('b')] },
    told('a'),
    told('b'),
    { role: 'ASSISTANT', content: '', toolCalls: [named('c')] },
    told('c'),
  ]);
});

test('a choice is a word or the name of a tool', () => {
  const tools = [{ name: 'f' }];
  expect(input({ tools, tool_choice: 'required' })).toMatchObject({ tools: [{ name: 'f' }], toolChoice: 'REQUIRED' });
  expect(input({ tools, tool_choice: { name: 'f' } })).toMatchObject({ toolName: 'f' });
});

test('what would have had to be kept is refused', () => {
  expect(() => input({ previous_response_id: 'resp_1' })).toThrow('No answers are kept here');
  expect(() => input({ conversation: { id: 'conv_1' } })).toThrow('No answers are kept here');
  expect(() => input({ previous_response_id: null, conversation: null })).not.toThrow();
});
