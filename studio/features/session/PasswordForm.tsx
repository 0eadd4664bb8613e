import { useActionState } from 'react';
import type { Failure } from '../../graph/failure.ts';
import { Button } from '../../ui/Button.tsx';
import { FailureNotice } from '../../ui/FailureNotice.tsx';
import { PasswordField, TextField, textOf } from './EntryPage.tsx';
import type { Session } from './session.ts';
import { strings } from './strings.ts';

/** Who has shown the password, and is asked for a code as well. Kept in memory until then. */
export interface HalfSignedIn {
  readonly email: string;
  readonly password: string;
}

/** Asks for e-mail and password; hands on whoever needs a code as well. */
export const PasswordForm = ({
  session,
  onCodeNeeded,
}: {
  readonly session: Session;
  readonly onCodeNeeded: (half: HalfSignedIn) => void;
}) => {
  // React empties a form after its action; after a wrong password the e-mail should still be there.
  const [{ failure, email }, submit, pending] = useActionState<{ failure: Failure | null; email: string }, FormData>(
    async (_, form) => {
      const given = { email: textOf(form, 'email').trim(), password: textOf(form, 'password') };
      const answer = await session.signIn(given.email, given.password);
      if (answer.outcome === 'answered') return { failure: null, email: given.email };
      if (answer.failure.code === 'SECOND_FACTOR_REQUIRED') {
        onCodeNeeded(given);
        return { failure: null, email: given.email };
      }
      // Anything else, such as a suspended account, is told in the server's own words.
      const wrong = answer.failure.code === 'UNAUTHENTICATED' && answer.failure.argument === 'password';
      return {
        failure: wrong ? { ...answer.failure, ...strings.wrong, requestId: null } : answer.failure,
        email: given.email,
      };
    },
    { failure: null, email: '' },
  );
  return (
    <form action={submit} className="space-y-4">
      {failure && <FailureNotice failure={failure} />}
      <TextField
        key={email}
        label={strings.email}
        name="email"
        type="email"
        autoComplete="username"
        maxLength={320}
        defaultValue={email}
      />
      <PasswordField label={strings.password} name="password" autoComplete="current-password" />
      <Button kind="solid" type="submit" disabled={pending} shape="row" className="h-9 justify-center">
        {pending ? strings.submitting : strings.submit}
      </Button>
    </form>
  );
};
