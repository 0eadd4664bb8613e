import { ArrowUp, Square } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useObservable } from '../../../state/observable.ts';
import { Button } from '../../../ui/Button.tsx';
import { formatCount } from '../../../ui/format.ts';
import type { Chat } from '../chats.ts';
import { strings } from '../strings.ts';

/** What the agents service takes as one message. */
const LONGEST = 65_536;

interface Props {
  readonly chat: Chat;
  /** Why nothing can be asked; null when something can. */
  readonly reason: string | null;
  readonly onSend: () => void;
  readonly onStop: () => void;
}

/** Where questions are written. Enter sends, Shift and Enter begin a new line. */
export const Composer = ({ chat, reason, onSend, onStop }: Props) => {
  const draft = useObservable(chat.draft);
  const { phase } = useObservable(chat.thread);
  const field = useRef<HTMLTextAreaElement>(null);
  const tooLong = draft.length > LONGEST;
  const sendable = reason === null && phase === 'ready' && draft.trim() !== '' && !tooLong;
  const notice = reason ?? (tooLong ? strings.tooLong(formatCount(LONGEST)) : strings.hint);

  useEffect(() => {
    // Where a keyboard covers half of the screen, the person opens it.
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);

  const handleKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes a character, Enter chooses it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (sendable) onSend();
  };

  return (
    <form
      className="rounded-lg border border-line-strong bg-input p-2 transition-colors focus-within:border-focus has-disabled:border-line"
      onSubmit={(event) => {
        event.preventDefault();
        if (sendable) onSend();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        value={draft}
        disabled={reason !== null}
        readOnly={phase === 'sending'}
        onChange={({ target }) => chat.draft.set(target.value)}
        onKeyDown={handleKeyDown}
        aria-label={strings.message}
        aria-describedby="composer-notice"
        aria-invalid={tooLong}
        placeholder={strings.placeholder}
        className="field-sizing-content max-h-52 min-h-11 w-full resize-none bg-transparent px-1 text-base outline-none"
      />
      <div className="flex items-center gap-2">
        <p
          id="composer-notice"
          className={`min-w-0 flex-1 px-1 text-2xs ${tooLong ? 'text-danger' : reason === null ? 'text-subtle max-sm:sr-only' : 'text-muted'}`}
        >
          {notice}
        </p>
        {phase === 'answering' && (
          <Button kind="outline" onClick={onStop}>
            <Square size={10} fill="currentColor" aria-hidden />
            {strings.stop}
          </Button>
        )}
        <Button
          kind="solid"
          shape="square"
          type="submit"
          disabled={!sendable}
          aria-label={strings.send}
          title={strings.send}
          className="ml-auto"
        >
          <ArrowUp size={14} strokeWidth={2} aria-hidden />
        </Button>
      </div>
    </form>
  );
};
