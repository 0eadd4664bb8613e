import type { Failure } from '../../graph/failure.ts';
import type { Graph } from '../../graph/graph.tsx';
import { createObservable, type Observable } from '../../state/observable.ts';
import type { Model } from '../models/choice.ts';
import { BalanceDocument } from '../session/documents.ts';
import {
  AppendMessageDocument,
  ChatDocument,
  ConversationDocument,
  ConversationsDocument,
  CreateConversationDocument,
} from './documents.ts';
import { promptWindow } from './prompt-window.ts';
import { createStreamText } from './stream-text.ts';
import { strings } from './strings.ts';
import {
  EMPTY_THREAD,
  historyOf,
  isKept,
  threadOf,
  titleOf,
  withAnswer,
  withoutFailedAnswer,
  type Outcome,
  type Receipt,
  type Thread,
} from './thread.ts';

export interface Chat {
  readonly thread: Observable<Thread>;
  /** What stands in the composer. */
  readonly draft: Observable<string>;
}

/** Every conversation that this session has opened. Answers go on being written while another one is looked at. */
export interface Chats {
  /** The conversation with this id; null is the one that the next question begins. */
  chat(id: string | null): Chat;
  /** Reads a conversation from the server when that has not been done yet, or did not work. */
  open(id: string): Promise<void>;
  /**
   * Sends the draft as a question and has `model` answer it.
   * @param created told the id of a conversation that the question began
   */
  ask(id: string | null, model: Model, created: (id: string) => void): Promise<void>;
  /** Has the last question answered again. */
  askAgain(id: string, model: Model): void;
  stop(id: string): void;
  /** Tries once more to keep an answer that could not be saved. */
  save(id: string, key: string): Promise<void>;
  /** Drops a conversation that is deleted, and the answer that is being written in it. */
  forget(id: string): void;
}

interface Stream {
  /** Ends it on the server. */
  readonly cut: () => void;
  /** Takes what came as a stopped answer. */
  readonly stopped: () => void;
}

type Asked =
  | { readonly outcome: 'asked'; readonly id: string }
  | { readonly outcome: 'failed'; readonly failure: Failure };

export const createChats = (graph: Graph): Chats => {
  const chats = new Map<string | null, Chat>();
  const streams = new Map<string, Stream>();
  let answers = 0;

  const chat = (id: string | null): Chat => {
    const known = chats.get(id);
    if (known) return known;
    const phase = id === null ? 'ready' : 'loading';
    const made: Chat = { thread: createObservable({ ...EMPTY_THREAD, phase }), draft: createObservable('') };
    chats.set(id, made);
    return made;
  };

  const change = (id: string, to: (thread: Thread) => Thread): void => {
    const { thread } = chat(id);
    thread.set(to(thread.get()));
  };

  const save = async (id: string, key: string): Promise<void> => {
    const answer = chat(id)
      .thread.get()
      .entries.find((entry) => entry.key === key);
    if (answer?.kind !== 'answer' || !isKept(answer)) return;
    change(id, (thread) => withAnswer(thread, key, { unsaved: null }));
    const input = { conversationId: id, role: 'ASSISTANT', content: answer.text.get() } as const;
    const saved = await graph.change(AppendMessageDocument, { input });
    if (saved.outcome === 'failed') change(id, (thread) => withAnswer(thread, key, { unsaved: saved.failure }));
    else await graph.fetch(ConversationsDocument, {});
  };

  /** Streams the answer to the last question of a thread. */
  const answer = (id: string, model: Model): void => {
    const key = `answer ${(answers += 1)}`;
    const text = createStreamText();
    const { messages, leftOut } = promptWindow(historyOf(chat(id).thread.get()), model.contextSize);
    change(id, (thread) => ({
      ...thread,
      phase: 'answering',
      failure: null,
      entries: [
        ...thread.entries,
        { kind: 'answer', key, text, outcome: { state: 'writing' }, leftOut, unsaved: null },
      ],
    }));

    let first = 0;
    let requestId: string | null = null;
    let receipt: Receipt | null = null;
    const end = (outcome: Outcome): void => {
      text.flush();
      streams.delete(id);
      change(id, (thread) => ({ ...withAnswer(thread, key, { outcome }), phase: 'ready' }));
      void graph.fetch(BalanceDocument, {});
      void save(id, key);
    };
    const cut = graph.stream(
      ChatDocument,
      { input: { model: model.name, messages: [...messages] } },
      {
        next: ({ chat: event }) => {
          first ||= performance.now();
          requestId = event.requestId;
          text.push(event.text);
          if (event.usage && event.finishReason) {
            const seconds = (performance.now() - first) / 1000;
            receipt = { usage: event.usage, finishReason: event.finishReason, seconds };
          }
        },
        failed: (failure) =>
          end({ state: 'failed', failure: { ...failure, requestId: failure.requestId ?? requestId } }),
        done: () => end({ state: 'complete', receipt }),
      },
    );
    streams.set(id, { cut, stopped: () => end({ state: 'stopped' }) });
  };

  /** Keeps the question on the server, in a conversation of its own when it begins one. */
  const keepQuestion = async (known: string | null, content: string): Promise<Asked> => {
    let id = known;
    if (id === null) {
      const created = await graph.change(CreateConversationDocument, { title: titleOf(content) });
      if (created.outcome === 'failed') return created;
      id = created.data.createConversation.id;
    }
    const input = { conversationId: id, role: 'USER', content } as const;
    const kept = await graph.change(AppendMessageDocument, { input });
    return kept.outcome === 'failed' ? kept : { outcome: 'asked', id };
  };

  return {
    chat,
    save,
    open: async (id) => {
      const { thread } = chat(id);
      const unread = thread.get().entries.length === 0 && thread.get().failure !== null;
      if (unread) thread.set({ ...EMPTY_THREAD, phase: 'loading' });
      if (thread.get().phase !== 'loading') return;
      const read = await graph.fetch(ConversationDocument, { id });
      // What was read twice at once is set once.
      if (thread.get().phase !== 'loading') return;
      if (read.outcome === 'failed') thread.set({ ...EMPTY_THREAD, failure: read.failure });
      else if (!read.data.conversation) thread.set({ ...EMPTY_THREAD, failure: strings.gone });
      else thread.set(threadOf(read.data.conversation.messages));
    },
    ask: async (id, model, created) => {
      const { thread, draft } = chat(id);
      const content = draft.get().trim();
      if (content === '' || thread.get().phase !== 'ready') return;
      const before = withoutFailedAnswer(thread.get());
      thread.set({ ...before, phase: 'sending', failure: null });
      const asked = await keepQuestion(id, content);
      if (asked.outcome === 'failed') {
        thread.set({ ...before, failure: asked.failure });
        return;
      }
      draft.set('');
      const question = { kind: 'question', key: `question to answer ${answers + 1}`, content } as const;
      const entries = [...before.entries, question];
      if (id === null) {
        thread.set(EMPTY_THREAD);
        chat(asked.id).thread.set({ ...EMPTY_THREAD, entries });
        created(asked.id);
        void graph.fetch(ConversationsDocument, {});
      } else thread.set({ ...before, entries });
      answer(asked.id, model);
    },
    askAgain: (id, model) => {
      if (chat(id).thread.get().phase !== 'ready') return;
      change(id, withoutFailedAnswer);
      answer(id, model);
    },
    stop: (id) => {
      const stream = streams.get(id);
      stream?.cut();
      stream?.stopped();
    },
    forget: (id) => {
      streams.get(id)?.cut();
      streams.delete(id);
      chats.delete(id);
    },
  };
};
