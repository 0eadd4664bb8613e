import { useState } from 'react';
import { useObservable } from '../../../state/observable.ts';
import { createBlockLexer, shownOf } from '../blocks.ts';
import type { StreamText } from '../stream-text.ts';
import { MarkdownBlock } from './MarkdownBlock.tsx';

/** The text of an answer; the only part of the page that renders while the answer grows. */
export const AnswerText = ({ text }: { readonly text: StreamText }) => {
  const source = useObservable(text);
  const [lex] = useState(createBlockLexer);
  return (
    <div className="prose-answer" data-testid="answer-text">
      {lex(shownOf(source)).map((block, index) => (
        // Blocks are only ever added at the end: their place is their identity.
        // oxlint-disable-next-line react/no-array-index-key
        <MarkdownBlock key={index} source={block} />
      ))}
    </div>
  );
};
