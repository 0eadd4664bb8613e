import { useActionState } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import type { Door } from './door.ts';
import { EntryPage, Notice, TextField, textOf } from './EntryPage.tsx';
import { strings } from './strings.ts';

/** Asks where to mail a link that sets a new password. */
export const ForgotPage = ({ door, onLeave }: { readonly door: Door; readonly onLeave: () => void }) => {
  const [state, submit, pending] = useActionState<Failure | 'asking' | 'sent', FormData>(async (_, form) => {
    const answer = await door.requestReset(textOf(form, 'email').trim());
    return answer.outcome === 'answered' ? 'sent' : answer.failure;
  }, 'asking');
  return (
    <EntryPage title={strings.forgotTitle} intro={strings.forgotIntro}>
      {state === 'sent' ? (
        <Notice>{strings.forgotDone}</Notice>
      ) : (
        <form action={submit} className="space-y-4">
          {state !== 'asking' && <FailureNotice failure={state} />}
          <TextField label={strings.email} name="email" type="email" autoComplete="username" maxLength={320} first />
          <Button kind="solid" type="submit" disabled={pending} shape="row" className="h-9 justify-center">
            {pending ? strings.forgotSubmitting : strings.forgotSubmit}
          </Button>
        </form>
      )}
      <Button shape="row" className="justify-center" onClick={onLeave}>
        {strings.backToSignIn}
      </Button>
    </EntryPage>
  );
};
