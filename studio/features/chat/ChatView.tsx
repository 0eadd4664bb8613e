import { PanelLeft } from 'lucide-react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { useGraph } from '../../graph/graph.tsx';
import { IconButton } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { may } from '../session/decisions.ts';
import { useSession } from '../session/context.ts';
import { createChats } from './chats.ts';
import { ConversationsDocument } from './documents.ts';
import { ConversationList } from './parts/ConversationList.tsx';
import { ThreadView } from './parts/ThreadView.tsx';
import { strings } from './strings.ts';

interface Props {
  /** The conversation that is open; null for one that is about to begin. */
  readonly id: string | null;
  readonly onOpen: (id: string | null) => void;
}

/** Conversations on the left, the open one beside them; on a narrow screen one of the two. */
export const ChatView = ({ id, onOpen }: Props) => {
  const graph = useGraph();
  const editable = may.chat(useSession().user);
  const [chats] = useState(() => createChats(graph));
  const [listed, setListed] = useState(false);
  const [{ data }] = useQuery({ query: ConversationsDocument });
  const title = data?.conversations.find((conversation) => conversation.id === id)?.title ?? strings.untitled;

  const open = (next: string | null): void => {
    setListed(false);
    onOpen(next);
  };

  return (
    <div className="flex h-full">
      <nav
        aria-label={strings.conversations}
        className={cx(
          'w-60 shrink-0 flex-col border-r border-line bg-panel max-md:w-full max-md:border-r-0 md:flex',
          listed ? 'flex' : 'hidden',
        )}
      >
        <ConversationList
          selected={id}
          editable={editable}
          onSelect={open}
          onBack={() => setListed(false)}
          onDeleted={(deleted) => {
            chats.forget(deleted);
            if (deleted === id) onOpen(null);
          }}
        />
      </nav>
      <section aria-label={title} className={cx('min-w-0 flex-1 flex-col md:flex', listed ? 'hidden' : 'flex')}>
        <header className="flex h-9 shrink-0 items-center gap-2 border-b border-line bg-panel px-3">
          <IconButton label={strings.conversations} onClick={() => setListed(true)} className="-ml-2 md:hidden">
            <PanelLeft size={14} strokeWidth={1.75} aria-hidden />
          </IconButton>
          <h1 className="truncate text-sm font-semibold">{title}</h1>
        </header>
        <ThreadView key={id} chats={chats} id={id} onCreated={open} />
      </section>
    </div>
  );
};
