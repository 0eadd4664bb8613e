import { cx } from '../../ui/cx.ts';
import type { Model } from './choice.ts';
import { strings } from './strings.ts';

const DOT: Readonly<Record<Model['status'], string>> = {
  NOT_INSTALLED: 'bg-line',
  AVAILABLE: 'bg-line-strong',
  LOADING: 'bg-info motion-safe:animate-pulse',
  LOADED: 'bg-success',
  CRASHED: 'bg-danger',
};

const TEXT: Readonly<Record<Model['status'], string>> = {
  NOT_INSTALLED: 'text-subtle',
  AVAILABLE: 'text-muted',
  LOADING: 'text-info',
  LOADED: 'text-success',
  CRASHED: 'text-danger',
};

/** The state of a model as a dot; whoever uses it says the state in words beside it. */
export const StatusDot = ({ status }: { readonly status: Model['status'] }) => (
  <span aria-hidden className={cx('size-1.5 shrink-0 rounded-full', DOT[status])} />
);

/** The state of a model in a word. */
export const StatusPill = ({ status }: { readonly status: Model['status'] }) => (
  <span
    className={cx(
      'inline-flex items-center gap-1.5 rounded-full border border-line px-2 py-px text-2xs font-medium',
      TEXT[status],
    )}
  >
    <StatusDot status={status} />
    {strings.status[status]}
  </span>
);
