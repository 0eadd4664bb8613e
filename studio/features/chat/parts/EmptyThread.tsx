import { ArrowUpRight } from 'lucide-react';
import { strings } from '../strings.ts';

interface Props {
  readonly model: string | null;
  readonly onChoose: (prompt: string) => void;
  readonly disabled: boolean;
}

/** What stands where no question has been asked yet: three that the built-in model can answer. */
export const EmptyThread = ({ model, onChoose, disabled }: Props) => (
  <div className="m-auto w-full space-y-5 py-8">
    <div>
      <h2 className="text-xl font-semibold tracking-tight">{strings.emptyTitle}</h2>
      {model !== null && <p className="text-sm text-muted">{strings.emptyText(model)}</p>}
    </div>
    <ul className="grid gap-2 sm:grid-cols-3">
      {strings.examples.map(({ title, prompt }) => (
        <li key={prompt}>
          <button
            type="button"
            disabled={disabled}
            onClick={() => onChoose(prompt)}
            className="group flex h-full w-full flex-col gap-1 rounded-md border border-line bg-panel px-3 py-2.5 text-left transition-colors enabled:hover:border-line-strong enabled:hover:bg-raised disabled:text-subtle"
          >
            <span className="flex w-full items-center text-xs font-medium">
              {title}
              <ArrowUpRight size={13} strokeWidth={1.75} className="ml-auto text-subtle" aria-hidden />
            </span>
            <span className="text-xs text-muted">{prompt}</span>
          </button>
        </li>
      ))}
    </ul>
  </div>
);
