import type { ChatMessageInput, ChatSubscription, ConversationQuery } from '#codegen/studio/graphql.ts';
import type { Failure } from '../../graph/failure.ts';
import { createStreamText, type StreamText } from './stream-text.ts';

/** What an answer cost, and how it ended. */
export interface Receipt {
  readonly usage: NonNullable<ChatSubscription['chat']['usage']>;
  readonly finishReason: NonNullable<ChatSubscription['chat']['finishReason']>;
  /** From the first piece to the last. */
  readonly seconds: number;
}

export type Outcome =
  | { readonly state: 'writing' }
  /** No receipt: the answer was read from the server, which keeps texts alone. */
  | { readonly state: 'complete'; readonly receipt: Receipt | null }
  | { readonly state: 'stopped' }
  | { readonly state: 'failed'; readonly failure: Failure };

export interface Question {
  readonly kind: 'question';
  readonly key: string;
  readonly content: string;
}

export interface Answer {
  readonly kind: 'answer';
  readonly key: string;
  readonly text: StreamText;
  readonly outcome: Outcome;
  /** Messages before its question that the model did not see. */
  readonly leftOut: number;
  /** Why the finished answer is not kept on the server, if it is not. */
  readonly unsaved: Failure | null;
}

export type Entry = Question | Answer;

/** A conversation as it stands on the screen. */
export interface Thread {
  readonly entries: readonly Entry[];
  readonly phase: 'loading' | 'ready' | 'sending' | 'answering';
  /** Why it could not be opened, or why the last question could not be sent. */
  readonly failure: Failure | null;
}

export const EMPTY_THREAD: Thread = { entries: [], phase: 'ready', failure: null };

/** The thread of a conversation that was read from the server. */
export const threadOf = (messages: NonNullable<ConversationQuery['conversation']>['messages']): Thread => ({
  ...EMPTY_THREAD,
  entries: messages.map(({ id, role, content }) =>
    role === 'USER'
      ? { kind: 'question', key: id, content }
      : {
          kind: 'answer',
          key: id,
          text: createStreamText(content),
          outcome: { state: 'complete', receipt: null },
          leftOut: 0,
          unsaved: null,
        },
  ),
});

/** The thread without what a failed, or an empty stopped, last answer left behind: as it was when the question was asked. */
export const withoutFailedAnswer = (thread: Thread): Thread => {
  const last = thread.entries.at(-1);
  return last?.kind === 'answer' && !isKept(last) ? { ...thread, entries: thread.entries.slice(0, -1) } : thread;
};

/** Whether an answer stays in the conversation: a failed one does not, nor one that was stopped before it began. */
export const isKept = ({ outcome, text }: Answer): boolean =>
  outcome.state === 'complete' || (outcome.state === 'stopped' && text.get() !== '');

/** Whether the last question waits for an answer that nobody is writing. */
export const isUnanswered = ({ entries, phase }: Thread): boolean =>
  phase === 'ready' && entries.at(-1)?.kind === 'question';

/** Changes one answer. */
export const withAnswer = (thread: Thread, key: string, change: Partial<Omit<Answer, 'kind' | 'key'>>): Thread => ({
  ...thread,
  entries: thread.entries.map((entry) =>
    entry.kind === 'answer' && entry.key === key ? { ...entry, ...change } : entry,
  ),
});

/** What was said so far, as the model is given it. */
export const historyOf = ({ entries }: Thread): readonly ChatMessageInput[] =>
  entries.flatMap((entry): readonly ChatMessageInput[] => {
    if (entry.kind === 'question') return [{ role: 'USER', content: entry.content }];
    return isKept(entry) ? [{ role: 'ASSISTANT', content: entry.text.get() }] : [];
  });

const TITLE_LENGTH = 60;

/** The title of a conversation that begins with this question: its first line, cut at a word. */
export const titleOf = (question: string): string => {
  const line = (question.trim().split(/\r?\n/, 1)[0] ?? '').replaceAll(/\s+/g, ' ');
  if (line.length <= TITLE_LENGTH) return line;
  const word = line.lastIndexOf(' ', TITLE_LENGTH);
  return `${line.slice(0, word > TITLE_LENGTH / 2 ? word : TITLE_LENGTH)}…`;
};
