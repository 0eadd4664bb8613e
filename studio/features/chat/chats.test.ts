import { Client } from 'urql';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChatSubscription } from '#codegen/studio/graphql.ts';
import type { Failure } from '../../graph/failure.ts';
import type { Answer, Graph } from '../../graph/graph.tsx';
import type { Listener } from '../../graph/sockets.ts';
import { createObservable } from '../../state/observable.ts';
import type { Model } from '../models/choice.ts';
import { createChats } from './chats.ts';
import { AppendMessageDocument, ConversationDocument, CreateConversationDocument } from './documents.ts';

const model: Model = {
  __typename: 'Model',
  id: 'starter',
  name: 'starter',
  kind: 'CHAT',
  status: 'LOADED',
  contextSize: 512,
  sizeBytes: 1,
  memoryBytes: null,
  lastError: null,
};
const failure: Failure = { code: 'SERVICE_UNAVAILABLE', sentence: 's', mend: 'm', requestId: null };
const failed = { outcome: 'failed', failure } as const;
const piece = (text: string, last = false): ChatSubscription => ({
  chat: {
    __typename: 'ChatEvent',
    requestId: 'r-1',
    text,
    finishReason: last ? 'STOP' : null,
    usage: last ? { __typename: 'TokenUsage', promptTokens: 5, completionTokens: 7 } : null,
  },
});

/** A graph that answers from tables, and whose streams the test writes. */
const scripted = () => {
  const answers = new Map<unknown, Answer<unknown>>([
    [CreateConversationDocument, { outcome: 'answered', data: { createConversation: { id: 'c1' } } }],
    [AppendMessageDocument, { outcome: 'answered', data: { appendMessage: { id: 'm' } } }],
    [ConversationDocument, { outcome: 'answered', data: { conversation: { id: 'c1', messages: [] } } }],
  ]);
  const asked: { readonly document: unknown; readonly variables: unknown }[] = [];
  const streams: { readonly listener: Listener<ChatSubscription>; ended: boolean; readonly variables: unknown }[] = [];
  const answer = ((document: unknown, variables: unknown) => {
    asked.push({ document, variables });
    return Promise.resolve(answers.get(document) ?? failed);
    // The table is keyed by documents, whose types it cannot carry.
  }) as Graph['change'];
  const graph: Graph = {
    client: new Client({ url: 'http://studio.test/graphql', exchanges: [], preferGetMethod: false }),
    connection: createObservable('connected'),
    follow: () => () => {},
    fetch: answer,
    change: answer,
    stream: ((_: unknown, variables: unknown, listener: Listener<ChatSubscription>) => {
      const stream = { listener, ended: false, variables };
      streams.push(stream);
      return () => {
        stream.ended = true;
      };
    }) as Graph['stream'],
  };
  const kept = () =>
    asked.filter(({ document }) => document === AppendMessageDocument).map(({ variables }) => variables);
  return { graph, answers, streams, kept };
};

const setUp = async (question = 'Why?') => {
  const server = scripted();
  const chats = createChats(server.graph);
  const created: string[] = [];
  chats.chat(null).draft.set(question);
  await chats.ask(null, model, (id) => created.push(id));
  const thread = () => chats.chat('c1').thread.get();
  return { ...server, chats, created, thread, last: () => thread().entries.at(-1) };
};

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => queueMicrotask(callback));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a question', () => {
  test('begins a conversation, is kept, and is answered by the model', async () => {
    const { chats, created, streams, thread, kept } = await setUp();
    expect(created).toEqual(['c1']);
    expect(kept()).toEqual([{ input: { conversationId: 'c1', role: 'USER', content: 'Why?' } }]);
    expect(streams[0]?.variables).toEqual({
      input: { model: 'starter', messages: [{ role: 'USER', content: 'Why?' }] },
    });
    expect([thread().phase, chats.chat(null).draft.get(), chats.chat(null).thread.get().entries]).toEqual([
      'answering',
      '',
      [],
    ]);
  });

  test('that cannot be kept stays in the composer, with the reason', async () => {
    const { graph, answers, streams } = scripted();
    answers.set(AppendMessageDocument, failed);
    const chats = createChats(graph);
    chats.chat(null).draft.set('Why?');
    await chats.ask(null, model, () => {});
    expect(chats.chat(null).draft.get()).toBe('Why?');
    expect(chats.chat(null).thread.get()).toMatchObject({ phase: 'ready', failure, entries: [] });
    expect(streams).toEqual([]);
  });

  test('is not sent twice while it is being sent or answered', async () => {
    const { chats, streams } = await setUp();
    chats.chat('c1').draft.set('And?');
    await chats.ask('c1', model, () => {});
    expect(streams).toHaveLength(1);
    expect(chats.chat('c1').draft.get()).toBe('And?');
  });
});

describe('an answer', () => {
  test('grows, ends with its receipt, and is kept once', async () => {
    const { streams, thread, last, kept } = await setUp();
    streams[0]?.listener.next(piece('So '));
    streams[0]?.listener.next(piece('it is.', true));
    streams[0]?.listener.done();
    await vi.waitFor(() => expect(kept()).toHaveLength(2));
    expect(last()).toMatchObject({
      outcome: {
        state: 'complete',
        receipt: { usage: { promptTokens: 5, completionTokens: 7 }, finishReason: 'STOP' },
      },
      unsaved: null,
    });
    expect(thread().phase).toBe('ready');
    expect(kept()[1]).toEqual({ input: { conversationId: 'c1', role: 'ASSISTANT', content: 'So it is.' } });
  });

  test('that is stopped ends its stream, and what came is kept', async () => {
    const { chats, streams, last, kept } = await setUp();
    streams[0]?.listener.next(piece('So '));
    chats.stop('c1');
    expect([streams[0]?.ended, last()]).toMatchObject([true, { outcome: { state: 'stopped' } }]);
    await vi.waitFor(() => expect(kept()).toHaveLength(2));
  });

  test('that failed is not kept, has the request id of its pieces, and gives way to the next', async () => {
    const { chats, streams, thread, last, kept } = await setUp();
    streams[0]?.listener.next(piece('So '));
    streams[0]?.listener.failed(failure);
    expect(last()).toMatchObject({ outcome: { state: 'failed', failure: { ...failure, requestId: 'r-1' } } });
    chats.askAgain('c1', model);
    expect(thread().entries.map(({ kind }) => kind)).toEqual(['question', 'answer']);
    expect(streams[1]?.variables).toEqual(streams[0]?.variables);
    expect(kept()).toHaveLength(1);
  });

  test('that could not be kept says so, and can be kept later', async () => {
    const { chats, answers, streams, last, kept } = await setUp();
    answers.set(AppendMessageDocument, failed);
    streams[0]?.listener.next(piece('So.', true));
    streams[0]?.listener.done();
    await vi.waitFor(() => expect(last()).toMatchObject({ unsaved: failure }));
    answers.set(AppendMessageDocument, { outcome: 'answered', data: { appendMessage: { id: 'm' } } });
    await chats.save('c1', last()?.key ?? '');
    expect(last()).toMatchObject({ unsaved: null });
    expect(kept()).toHaveLength(3);
  });
});

describe('a conversation', () => {
  test('is read once, and not over what was asked since', async () => {
    const { chats, thread, streams } = await setUp();
    await chats.open('c1');
    expect(thread().entries).toHaveLength(2);
    streams[0]?.listener.done();
    await chats.open('c1');
    expect(thread().entries).toHaveLength(2);
  });

  test('that could not be read is read again when it is opened again', async () => {
    const { graph, answers } = scripted();
    const chats = createChats(graph);
    answers.set(ConversationDocument, failed);
    await chats.open('c2');
    expect(chats.chat('c2').thread.get()).toMatchObject({ phase: 'ready', failure });
    answers.set(ConversationDocument, { outcome: 'answered', data: { conversation: null } });
    await chats.open('c2');
    expect(chats.chat('c2').thread.get().failure?.code).toBe('NOT_FOUND');
  });

  test('that is forgotten ends its stream and keeps nothing more', async () => {
    const { chats, streams, kept } = await setUp();
    streams[0]?.listener.next(piece('So '));
    chats.forget('c1');
    expect(streams[0]?.ended).toBe(true);
    expect(kept()).toHaveLength(1);
  });
});
