import type { ChatInput } from '#codegen/models.ts';
import { refuse } from './bounds.ts';
import { areArguments } from './call-arguments.ts';
import type { Call, Turn } from './worker/protocol.ts';

const MAX_MESSAGES = 1_000;
export const MAX_CONTENT_BYTES = 262_144;
const MAX_CALLS = 64;

type Message = ChatInput['messages'][number];

const callsOf = ({ toolCalls }: Message): readonly Call[] =>
  (toolCalls ?? []).map(({ id, name, arguments: given }) => ({ id, name, arguments: given.toWellFormed() }));

const bytesOf = (message: Message): number =>
  Buffer.byteLength(message.content) +
  callsOf(message).reduce((sum, call) => sum + Buffer.byteLength(call.name) + Buffer.byteLength(call.arguments), 0);

/** What is wrong with a message by itself; null for nothing. */
const flawOf = (message: Message): string | null => {
  const { role, content, toolCallId } = message;
  const calls = callsOf(message);
  if (calls.length > 0 && role !== 'ASSISTANT') return 'toolCalls is for messages of the role ASSISTANT';
  if (calls.length > MAX_CALLS) return `toolCalls has ${calls.length} entries; it may have ${MAX_CALLS}`;
  if (calls.some((call) => !areArguments(call.arguments))) {
    return 'toolCalls holds arguments that are no JSON object, or one that is nested too deeply';
  }
  if (new Set(calls.map(({ id }) => id)).size < calls.length) return 'toolCalls holds an id twice';
  if (role === 'TOOL') return typeof toolCallId === 'string' ? null : 'toolCallId is missing';
  if (typeof toolCallId === 'string') return 'toolCallId is for messages of the role TOOL';
  return content === '' && calls.length === 0 ? 'content is empty' : null;
};

/** Where calls and their results do not belong together. */
const misfitOf = (messages: readonly Message[]): string | null => {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'TOOL') {
      const id = message.toolCallId ?? '';
      if (!open.delete(id))
        return `messages[${index}].toolCallId names no call of the message of the assistant before it`;
    } else {
      if (open.size > 0) return `messages[${index}] comes before the result of every call that was made`;
      open = new Set(callsOf(message).map(({ id }) => id));
    }
  }
  return open.size > 0 ? 'The messages end before the result of every call that was made' : null;
};

/**
 * Validates a conversation.
 * @throws StudioError BAD_USER_INPUT naming the message that is wrong
 */
export const readMessages = (messages: readonly Message[]): readonly Turn[] => {
  const refuseMessages = (sentence: string): never => refuse('messages', sentence);
  if (messages.length === 0) return refuseMessages('messages is empty; it must end with a message of the user.');
  if (messages.length > MAX_MESSAGES) {
    return refuseMessages(`messages has ${messages.length} entries; it may have ${MAX_MESSAGES}.`);
  }
  const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
  if (bytes > MAX_CONTENT_BYTES) {
    return refuseMessages(`messages holds ${bytes} bytes of content; it may hold ${MAX_CONTENT_BYTES}.`);
  }
  const flaws = messages.map(flawOf);
  const flawed = flaws.findIndex((flaw) => flaw !== null);
  if (flawed !== -1) return refuseMessages(`messages[${flawed}].${flaws[flawed]}.`);
  const misfit = misfitOf(messages);
  if (misfit !== null) return refuseMessages(`${misfit}.`);
  const last = messages.at(-1)?.role;
  if (last !== 'USER' && last !== 'TOOL') {
    return refuseMessages('The last of the messages must be of the role USER, or TOOL after a call.');
  }
  return messages.map((message): Turn => {
    const calls = callsOf(message);
    return {
      role: message.role,
      // Half of a surrogate pair is no text.
      content: message.content.toWellFormed(),
      ...(calls.length > 0 ? { calls } : {}),
      ...(typeof message.toolCallId === 'string' ? { callId: message.toolCallId } : {}),
    };
  });
};
