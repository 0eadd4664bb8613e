import { expect, test } from 'vitest';
import type { ChatEventData } from '../chat.ts';
import { RESPONSES } from '../dialect.ts';
import { responseEvents } from './events.ts';

type Chat = ChatEventData['chat'];
const USAGE = { promptTokens: 1, completionTokens: 2, totalTokens: 3, cachedTokens: 0 };
const event = (more: Partial<Chat>): ChatEventData => ({
  chat: {
    requestId: 'r',
    model: { name: 'starter' },
    choice: 0,
    text: '',
    toolCalls: [],
    logprobs: null,
    finishReason: null,
    usage: null,
    ...more,
  },
});
const END: Partial<Chat> = { finishReason: 'STOP', usage: USAGE };
const CALL = { id: 'call_1', name: 'f', arguments: '{}' };

/** All events of a stream, by those of the graph. */
const streamed = (...events: readonly Partial<Chat>[]) => {
  const next = responseEvents({ model: 'starter', input: 'Go on' }, 7);
  return events.flatMap((one) => next(event(one)).payloads);
};
const last = (payloads: readonly unknown[]) => payloads.at(-1);

test('an answer of nothing is a message of nothing', () => {
  expect(last(streamed(END))).toMatchObject({
    type: 'response.completed',
    response: { created_at: 7, output: [{ type: 'message', content: [{ text: '' }] }], usage: { total_tokens: 3 } },
  });
});

test('pieces make one message, calls come after it, and text after them is another message', () => {
  const payloads = streamed({ text: 'a' }, { text: 'b' }, { toolCalls: [CALL] }, { text: 'c' }, END);
  expect(last(payloads)).toMatchObject({
    type: 'response.completed',
    response: {
      output: [
        { id: 'msg_r_0', content: [{ text: 'ab' }] },
        { id: 'fc_r_1', call_id: 'call_1', name: 'f' },
        { id: 'msg_r_2', content: [{ text: 'c' }] },
      ],
    },
  });
  expect(payloads).toMatchObject(payloads.map((_, index) => ({ sequence_number: index })));
});

test('a budget that is used up cuts the answer short', () => {
  expect(last(streamed({ text: 'a' }, { finishReason: 'BUDGET', usage: USAGE }))).toMatchObject({
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  });
});

test('an event has the name of its type', () => {
  expect(RESPONSES.frame({ type: 'response.created', x: 1 })).toBe(
    'event: response.created\ndata: {"type":"response.created","x":1}\n\n',
  );
});
