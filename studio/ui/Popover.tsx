import type { ReactNode } from 'react';
import { cx } from './cx.ts';

interface Props {
  readonly id: string;
  readonly label: string;
  /** What the button shows. */
  readonly trigger: ReactNode;
  readonly triggerClassName?: string;
  readonly triggerLabel?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/**
 * A button of the header and what it opens below the header's right end. The browser's own popover closes it on
 * Escape and on a click elsewhere, and gives the focus back.
 */
export const Popover = ({ id, label, trigger, triggerClassName, triggerLabel, className, children }: Props) => (
  <>
    <button
      type="button"
      popoverTarget={id}
      aria-haspopup="dialog"
      aria-label={triggerLabel}
      className={
        triggerClassName ??
        'flex h-7 items-center gap-1.5 rounded-md border border-line px-2 text-xs text-muted transition-colors hover:border-line-strong pointer-coarse:h-9'
      }
    >
      {trigger}
    </button>
    <dialog
      id={id}
      popover="auto"
      aria-label={label}
      className={cx(
        'fixed inset-auto top-12 right-2 max-h-[calc(100dvh-5.5rem)] max-w-[calc(100vw-1rem)] overflow-auto rounded-lg bg-raised text-fg shadow-overlay',
        className,
      )}
    >
      {children}
    </dialog>
  </>
);
