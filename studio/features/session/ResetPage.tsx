import { useActionState } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import type { Door } from './door.ts';
import { EntryPage, Notice, PasswordField, textOf } from './EntryPage.tsx';
import { strings } from './strings.ts';

/** Sets a new password by the token of a link. */
export const ResetPage = ({
  door,
  token,
  onLeave,
}: {
  readonly door: Door;
  readonly token: string;
  readonly onLeave: () => void;
}) => {
  const [state, submit, pending] = useActionState<Failure | 'asking' | 'done', FormData>(async (_, form) => {
    const answer = await door.resetPassword(token, textOf(form, 'password'));
    return answer.outcome === 'answered' ? 'done' : answer.failure;
  }, 'asking');
  return (
    <EntryPage title={strings.resetTitle} intro={strings.resetIntro}>
      {state === 'done' ? (
        <Notice>{strings.resetDone}</Notice>
      ) : (
        <form action={submit} className="space-y-4">
          {state !== 'asking' && <FailureNotice failure={state} />}
          <PasswordField label={strings.newPassword} name="password" autoComplete="new-password" minLength={10} first />
          <Button kind="solid" type="submit" disabled={pending} shape="row" className="h-9 justify-center">
            {pending ? strings.resetSubmitting : strings.resetSubmit}
          </Button>
        </form>
      )}
      <Button shape="row" className="justify-center" onClick={onLeave}>
        {strings.backToSignIn}
      </Button>
    </EntryPage>
  );
};
