import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect } from 'react';
import { useObservable } from '../../../state/observable.ts';
import { Button } from '../../../ui/Button.tsx';
import { FailureNotice } from '../../../ui/FailureNotice.tsx';
import { useModels } from '../../models/ModelsProvider.tsx';
import { may } from '../../session/decisions.ts';
import { useSession } from '../../session/context.ts';
import type { Chats } from '../chats.ts';
import { strings } from '../strings.ts';
import { isUnanswered, type Thread } from '../thread.ts';
import { AnswerEntry, ModelSide } from './AnswerEntry.tsx';
import { Composer } from './Composer.tsx';
import { EmptyThread } from './EmptyThread.tsx';
import { QuestionEntry } from './QuestionEntry.tsx';
import { useStickToEnd } from './use-stick-to-end.ts';

interface Props {
  readonly chats: Chats;
  /** Null for a conversation that its first question will begin. */
  readonly id: string | null;
  readonly onCreated: (id: string) => void;
}

/** What a screen reader is told while an answer comes: that it comes, and that it is there; not each word. */
const announcement = ({ entries, phase }: Thread): string => {
  if (phase === 'answering') return strings.writing;
  const last = entries.at(-1);
  if (last?.kind !== 'answer') return '';
  if (last.outcome.state === 'stopped') return strings.stopped;
  return last.outcome.state === 'complete' && last.outcome.receipt ? strings.complete : '';
};

/** One conversation: what was said, and the composer. */
export const ThreadView = ({ chats, id, onCreated }: Props) => {
  const { user } = useSession();
  const { answering: model, loading } = useModels();
  const chat = chats.chat(id);
  const thread = useObservable(chat.thread);
  const { scroller, content, atEnd, toEnd } = useStickToEnd();

  useEffect(() => {
    if (id !== null) void chats.open(id);
  }, [chats, id]);

  const viewer = !may.chat(user);
  const reason = viewer
    ? `${strings.viewer.reason} ${strings.viewer.mend}`
    : !model && !loading
      ? strings.noModel
      : thread.phase === 'loading'
        ? strings.loading
        : null;

  const send = (): void => {
    if (!model) return;
    toEnd();
    void chats.ask(id, model, onCreated);
  };
  const askAgain = useCallback(() => {
    if (id !== null && model) chats.askAgain(id, model);
  }, [chats, id, model]);
  const save = useCallback(
    (key: string) => {
      if (id !== null) void chats.save(id, key);
    },
    [chats, id],
  );
  const last = thread.entries.length - 1;

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div ref={scroller} className="relative min-h-0 flex-1 overflow-y-auto px-4" data-testid="thread">
        <div ref={content} className="mx-auto flex min-h-full max-w-[760px] flex-col gap-5 py-5">
          {thread.entries.length === 0 && !thread.failure && thread.phase !== 'loading' && (
            <EmptyThread
              model={model?.name ?? null}
              disabled={reason !== null}
              onChoose={(prompt) => {
                chat.draft.set(prompt);
                send();
              }}
            />
          )}
          {thread.entries.map((entry, at) =>
            entry.kind === 'question' ? (
              <QuestionEntry key={entry.key} content={entry.content} />
            ) : (
              <AnswerEntry
                key={entry.key}
                answer={entry}
                onAskAgain={at === last && reason === null ? askAgain : undefined}
                onSave={save}
              />
            ),
          )}
          {isUnanswered(thread) && (
            <ModelSide>
              <p className="flex flex-wrap items-center gap-3 text-xs text-muted">
                {strings.unanswered}
                {reason === null && (
                  <Button kind="outline" onClick={askAgain}>
                    {strings.askAgain}
                  </Button>
                )}
              </p>
            </ModelSide>
          )}
        </div>
      </div>
      <output className="sr-only">{announcement(thread)}</output>
      <div className="relative mx-auto w-full max-w-[792px] space-y-2 px-4 pb-3">
        {!atEnd && (
          <Button
            kind="outline"
            onClick={toEnd}
            className="absolute -top-10 left-1/2 -translate-x-1/2 rounded-full bg-raised shadow-overlay"
          >
            <ArrowDown size={13} strokeWidth={1.75} aria-hidden />
            {strings.jump}
          </Button>
        )}
        {thread.failure && <FailureNotice failure={thread.failure} />}
        <Composer
          chat={chat}
          reason={reason}
          onSend={send}
          onStop={() => {
            if (id !== null) chats.stop(id);
          }}
        />
      </div>
    </div>
  );
};
