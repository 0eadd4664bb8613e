import { useEffect, useRef, useState } from 'react';
import type { Failure } from '../../../graph/failure.ts';
import { useGraph } from '../../../graph/graph.tsx';
import { Button } from '../../../ui/Button.tsx';
import { FailureNotice } from '../../../ui/FailureNotice.tsx';
import { ConversationsDocument, DeleteConversationDocument } from '../documents.ts';
import { strings } from '../strings.ts';

interface Props {
  readonly conversation: { readonly id: string; readonly title: string };
  readonly onClose: (deleted: boolean) => void;
}

/** Asks before a conversation is deleted, because that cannot be undone. */
export const DeleteDialog = ({ conversation, onClose }: Props) => {
  const graph = useGraph();
  const dialog = useRef<HTMLDialogElement>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [pending, setPending] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);

  const remove = async (): Promise<void> => {
    setPending(true);
    const answer = await graph.change(DeleteConversationDocument, { id: conversation.id });
    setPending(false);
    // One that is gone already, deleted in another tab, is as good as deleted.
    if (answer.outcome === 'failed' && answer.failure.code !== 'NOT_FOUND') return setFailure(answer.failure);
    await graph.fetch(ConversationsDocument, {});
    onClose(true);
  };

  return (
    <dialog
      ref={dialog}
      aria-labelledby="delete-title"
      onClose={() => onClose(false)}
      className="m-auto w-full max-w-[380px] space-y-4 rounded-lg bg-raised p-4 text-fg shadow-overlay backdrop:bg-app/70"
    >
      <div>
        <h2 id="delete-title" className="text-sm font-semibold">
          {strings.removeTitle}
        </h2>
        <p className="text-xs break-words text-muted">{strings.removeText(conversation.title)}</p>
      </div>
      {failure && <FailureNotice failure={failure} />}
      <div className="flex justify-end gap-2">
        <Button kind="outline" onClick={() => dialog.current?.close()}>
          {strings.cancel}
        </Button>
        <Button kind="danger" disabled={pending} onClick={() => void remove()}>
          {strings.removeConfirm}
        </Button>
      </div>
    </dialog>
  );
};
