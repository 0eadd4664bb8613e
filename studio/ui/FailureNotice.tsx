import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Failure } from '../graph/failure.ts';

/** Says what did not work, what to do about it, and under which id the logs hold it. */
export const FailureNotice = ({ failure, children }: { readonly failure: Failure; readonly children?: ReactNode }) => (
  <div role="alert" className="flex gap-2.5 rounded-md border border-danger/50 bg-raised px-3 py-2 text-xs">
    <CircleAlert size={14} strokeWidth={1.75} className="mt-0.5 shrink-0 text-danger" aria-hidden />
    <div className="min-w-0 flex-1 space-y-0.5">
      <p className="font-medium text-fg">{failure.sentence}</p>
      <p className="text-muted">{failure.mend}</p>
      {failure.requestId !== null && (
        <p className="font-mono text-2xs break-all text-subtle select-all">request {failure.requestId}</p>
      )}
      {children && <div className="flex gap-2 pt-1.5">{children}</div>}
    </div>
  </div>
);
