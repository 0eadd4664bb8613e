import { ArrowLeft, MessageSquare, Plus, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { useQuery } from 'urql';
import type { ConversationsQuery } from '#codegen/studio/graphql.ts';
import { failureOf } from '../../../graph/failure.ts';
import { IconButton } from '../../../ui/Button.tsx';
import { cx } from '../../../ui/cx.ts';
import { FailureNotice } from '../../../ui/FailureNotice.tsx';
import { formatAgo } from '../../../ui/format.ts';
import { ConversationsDocument } from '../documents.ts';
import { strings } from '../strings.ts';
import { DeleteDialog } from './DeleteDialog.tsx';

type Conversation = ConversationsQuery['conversations'][number];

interface Props {
  readonly selected: string | null;
  /** Whether the person may begin and delete conversations. */
  readonly editable: boolean;
  readonly onSelect: (id: string | null) => void;
  readonly onDeleted: (id: string) => void;
  /** Back to the open conversation, where the list takes its place. */
  readonly onBack: () => void;
}

/** The person's conversations, the latest used first. */
export const ConversationList = ({ selected, editable, onSelect, onDeleted, onBack }: Props) => {
  const [{ data, error }] = useQuery({ query: ConversationsDocument });
  const [deleting, setDeleting] = useState<Conversation | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <>
      <div className="flex h-9 shrink-0 items-center gap-1 pr-2 pl-3">
        <IconButton label={strings.back} onClick={onBack} className="-ml-2 md:hidden">
          <ArrowLeft size={14} strokeWidth={1.75} aria-hidden />
        </IconButton>
        <h2
          ref={heading}
          tabIndex={-1}
          className="text-2xs font-semibold tracking-wide text-muted uppercase outline-none"
        >
          {strings.conversations}
        </h2>
        <IconButton label={strings.newChat} disabled={!editable} onClick={() => onSelect(null)} className="ml-auto">
          <Plus size={14} strokeWidth={1.75} aria-hidden />
        </IconButton>
      </div>
      {error && (
        <div className="px-2">
          <FailureNotice failure={failureOf(error)} />
        </div>
      )}
      {data?.conversations.length === 0 && <p className="px-3 py-1 text-xs text-subtle">{strings.noConversations}</p>}
      <ul className="min-h-0 flex-1 overflow-y-auto px-1.5 pb-2">
        {data?.conversations.map((conversation) => (
          <li key={conversation.id} className="group relative">
            <button
              type="button"
              aria-current={conversation.id === selected ? 'page' : undefined}
              onClick={() => onSelect(conversation.id)}
              className={cx(
                'flex h-7 w-full items-center gap-2 rounded-sm pr-2 pl-2 text-left text-sm transition-colors focus-visible:-outline-offset-2 pointer-coarse:h-11',
                conversation.id === selected ? 'bg-selected text-fg' : 'text-muted hover:bg-hover hover:text-fg',
              )}
            >
              <MessageSquare
                size={14}
                strokeWidth={1.75}
                className={cx('shrink-0', conversation.id === selected ? 'text-accent' : 'text-subtle')}
                aria-hidden
              />
              <span className="min-w-0 flex-1 truncate">{conversation.title}</span>
              <span
                className={cx(
                  'shrink-0 font-mono text-2xs',
                  conversation.id === selected ? 'text-muted' : 'text-subtle',
                  editable && 'group-focus-within:invisible group-hover:invisible pointer-coarse:invisible',
                )}
              >
                {formatAgo(conversation.updatedAt)}
              </span>
            </button>
            {editable && (
              <IconButton
                label={strings.remove(conversation.title)}
                onClick={() => setDeleting(conversation)}
                className="absolute inset-y-0 right-0 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 focus-visible:-outline-offset-2 pointer-coarse:opacity-100"
              >
                <Trash2 size={13} strokeWidth={1.75} aria-hidden />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {deleting && (
        <DeleteDialog
          conversation={deleting}
          onClose={(deleted) => {
            setDeleting(null);
            if (!deleted) return;
            onDeleted(deleting.id);
            // What had the focus is gone with its row.
            heading.current?.focus();
          }}
        />
      )}
    </>
  );
};
