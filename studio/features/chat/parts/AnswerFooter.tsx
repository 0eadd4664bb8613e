import { formatCount } from '../../../ui/format.ts';
import { strings } from '../strings.ts';
import type { Answer, Receipt } from '../thread.ts';
import { CopyButton } from './CopyButton.tsx';

/** Below this, the speed says more about the clock than about the model. */
const LEAST_SECONDS = 0.02;

const costOf = ({ usage, seconds }: Receipt): string => {
  const counts = strings.usage(formatCount(usage.promptTokens), formatCount(usage.completionTokens));
  if (seconds < LEAST_SECONDS) return counts;
  return `${counts} · ${strings.speed(formatCount(Math.round(usage.completionTokens / seconds)))}`;
};

interface Note {
  readonly text: string;
  /** Whether the answer is less than it could be. */
  readonly warns: boolean;
}

const notesOf = ({ outcome, text, leftOut }: Answer): readonly Note[] => {
  const notes: Note[] = [];
  if (outcome.state === 'stopped') {
    notes.push({ text: text.get() === '' ? strings.stoppedEmpty : strings.stopped, warns: true });
  }
  const cut = outcome.state === 'complete' && outcome.receipt && strings.finish[outcome.receipt.finishReason];
  if (cut) notes.push({ text: cut, warns: true });
  if (leftOut > 0) notes.push({ text: strings.leftOut(leftOut), warns: false });
  return notes;
};

/** The line under an answer: what it cost, or that it is being written. It has its height from the beginning. */
export const AnswerFooter = ({ answer }: { readonly answer: Answer }) => {
  const { outcome, text } = answer;
  return (
    <div className="flex min-h-7 flex-wrap items-center gap-x-3 text-2xs text-subtle">
      {outcome.state === 'writing' && (
        <span className="flex items-center gap-2">
          <span className="caret" aria-hidden />
          {strings.writing}
        </span>
      )}
      {outcome.state === 'complete' && outcome.receipt && (
        <span className="font-mono" data-testid="usage">
          {costOf(outcome.receipt)}
        </span>
      )}
      {notesOf(answer).map((note) => (
        <span key={note.text} className={note.warns ? 'text-warning' : 'text-subtle'}>
          {note.text}
        </span>
      ))}
      {outcome.state !== 'writing' && text.get() !== '' && (
        <CopyButton label={strings.copyAnswer} text={() => text.get()} />
      )}
    </div>
  );
};
