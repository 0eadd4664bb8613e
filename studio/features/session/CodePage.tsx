import { useActionState } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import { EntryPage, TextField, textOf } from './EntryPage.tsx';
import type { HalfSignedIn } from './PasswordForm.tsx';
import type { Session } from './session.ts';
import { strings } from './strings.ts';

/** Asks for the second factor. */
export const CodePage = ({
  session,
  half: { email, password },
  onLeave,
}: {
  readonly session: Session;
  readonly half: HalfSignedIn;
  readonly onLeave: () => void;
}) => {
  const [failure, submit, pending] = useActionState<Failure | null, FormData>(async (_, form) => {
    const answer = await session.signIn(email, password, textOf(form, 'code').trim());
    return answer.outcome === 'answered' ? null : answer.failure;
  }, null);
  return (
    <EntryPage title={strings.codeTitle} intro={strings.codeIntro}>
      <form action={submit} className="space-y-4">
        {failure && <FailureNotice failure={failure} />}
        <TextField
          label={strings.code}
          name="code"
          autoComplete="one-time-code"
          spellCheck={false}
          maxLength={64}
          first
        />
        <Button kind="solid" type="submit" disabled={pending} shape="row" className="h-9 justify-center">
          {pending ? strings.submitting : strings.codeSubmit}
        </Button>
      </form>
      <Button shape="row" className="justify-center" onClick={onLeave}>
        {strings.otherAccount}
      </Button>
    </EntryPage>
  );
};
