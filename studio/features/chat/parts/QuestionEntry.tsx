import { memo } from 'react';
import { strings } from '../strings.ts';

/** What the person asked, as it was written. */
export const QuestionEntry = memo(({ content }: { readonly content: string }) => (
  <article
    aria-label={strings.you}
    className="ml-auto w-fit max-w-[85%] rounded-lg bg-selected px-3 py-2 text-base break-words whitespace-pre-wrap"
  >
    {content}
  </article>
));
QuestionEntry.displayName = 'QuestionEntry';
