import { expect, test } from 'vitest';
import type { ChatMessageInput } from '#codegen/models.ts';
import { readMessages } from './chat-messages.ts';

const question: ChatMessageInput = { role: 'USER', content: 'What is the time?' };
const call = (id: string, given = '{}') => ({ id, name: 'clock', arguments: given });
const called = (...toolCalls: ReturnType<typeof call>[]): ChatMessageInput => ({
  role: 'ASSISTANT',
  content: '',
  toolCalls,
});
const result = (toolCallId: string): ChatMessageInput => ({ role: 'TOOL', content: 'noon', toolCallId });

test('a call and its result are read, several in any order', () => {
  const turns = readMessages([question, called(call('a'), call('b')), result('b'), result('a')]);
  expect(turns.map(({ role, callId }) => [role, callId])).toEqual([
    ['USER', undefined],
    ['ASSISTANT', undefined],
    ['TOOL', 'b'],
    ['TOOL', 'a'],
  ]);
});

test.each<[string, ChatMessageInput[], string]>([
  ['a result of no call', [question, result('a')], 'messages[1].toolCallId names no call'],
  ['a result that comes twice', [question, called(call('a')), result('a'), result('a')], 'messages[3].toolCallId'],
  [
    'a result without an id',
    [question, called(call('a')), { role: 'TOOL', content: 'x' }],
    'messages[2].toolCallId is missing',
  ],
  ['a call without a result', [question, called(call('a')), question], 'before the result of every call'],
  ['a call that ends the messages', [question, called(call('a'))], 'end before the result of every call'],
  ['arguments that are no JSON', [question, called(call('a', '{')), result('a')], 'arguments that are no JSON object'],
  [
    'arguments that are no object',
    [question, called(call('a', '[]')), result('a')],
    'arguments that are no JSON object',
  ],
  ['an id that is there twice', [question, called(call('a'), call('a')), result('a')], 'holds an id twice'],
  ['a call of the user', [{ ...question, toolCalls: [call('a')] }], 'toolCalls is for messages of the role ASSISTANT'],
  ['an id of a call at the user', [{ ...question, toolCallId: 'a' }], 'toolCallId is for messages of the role TOOL'],
])('%s is refused', (_, messages, sentence) => {
  expect(() => readMessages(messages)).toThrow(sentence);
});

test('half of a surrogate pair becomes the sign for what is no character', () => {
  expect(readMessages([{ role: 'USER', content: 'a\ud800b' }])).toEqual([{ role: 'USER', content: 'a\ufffdb' }]);
});
