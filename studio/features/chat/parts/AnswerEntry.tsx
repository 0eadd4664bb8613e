import { Bot } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import type { Failure } from '../../../graph/failure.ts';
import { Button } from '../../../ui/Button.tsx';
import { FailureNotice } from '../../../ui/FailureNotice.tsx';
import { strings } from '../strings.ts';
import type { Answer } from '../thread.ts';
import { AnswerFooter } from './AnswerFooter.tsx';
import { AnswerText } from './AnswerText.tsx';

/** What stands on the model's side of the conversation. */
export const ModelSide = ({ children, busy = false }: { readonly children: ReactNode; readonly busy?: boolean }) => (
  <article aria-label={strings.model} aria-busy={busy} className="flex gap-2.5">
    <span
      aria-hidden
      className="grid size-7 shrink-0 place-items-center rounded-md border border-line bg-raised text-accent-2"
    >
      <Bot size={15} strokeWidth={1.75} />
    </span>
    <div className="min-w-0 flex-1 space-y-2 pt-0.5">{children}</div>
  </article>
);

interface Props {
  readonly answer: Answer;
  /** Undefined where it cannot be asked again. */
  readonly onAskAgain: (() => void) | undefined;
  readonly onSave: (key: string) => void;
}

const unsavedFailure = (failure: Failure): Failure => ({ ...failure, sentence: strings.unsaved });

/** An answer, growing or done, with what went wrong and how to go on. */
export const AnswerEntry = memo(({ answer, onAskAgain, onSave }: Props) => {
  const { outcome, text, unsaved } = answer;
  return (
    <ModelSide busy={outcome.state === 'writing'}>
      <AnswerText text={text} />
      {outcome.state === 'failed' && (
        <FailureNotice failure={outcome.failure}>
          {onAskAgain && (
            <Button kind="outline" onClick={onAskAgain}>
              {strings.askAgain}
            </Button>
          )}
        </FailureNotice>
      )}
      {unsaved && (
        <FailureNotice failure={unsavedFailure(unsaved)}>
          <Button kind="outline" onClick={() => onSave(answer.key)}>
            {strings.saveAgain}
          </Button>
        </FailureNotice>
      )}
      <AnswerFooter answer={answer} />
    </ModelSide>
  );
});
AnswerEntry.displayName = 'AnswerEntry';
